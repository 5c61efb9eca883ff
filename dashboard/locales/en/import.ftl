nav-import = Import
import-title = Import from registers
import-kind = What the file holds
import-kind-people = People and employments
import-kind-cards = Cards
import-kind-rights = Rights to practise
import-content = Content of the CSV file
import-content-hint = Copy it from the spreadsheet or the file, with its first row, which names the columns. Nothing changes before you have seen what would.
import-end-absent = The file is complete: what it leaves out ends now (employments with an identifier, or rights of the same sources)
import-ignore-unknown = Leave out unknown columns
import-confirm-removals = So many really end
import-look = See what would change
import-apply = Apply these changes
import-outcome = What would change
import-moved = Nothing was imported: the file, the choices or the site are not what you looked at. Look again.
import-unread = The file cannot be read. Nothing was imported.
import-added = New
import-changed = Changed
import-removed = Ended
import-unchanged = Unchanged
import-ignored = Left out:
import-errors =
    { $count ->
        [one] One error. Nothing can be imported before it is mended.
       *[other] { $count } errors. Nothing can be imported before they are mended.
    }
import-errors-caption = Errors by row and column; the first 100
import-row = Row
import-column = Column
import-problem = What is wrong
import-differences-caption = Differences between the file and the site
import-what = What
import-table = Of
import-key = Identifier
import-columns = Differs in
import-more =
    { $count ->
        [one] One more is not shown.
       *[other] { $count } more are not shown.
    }
import-many-removed = Unusually many would end. A file that was cut off looks like this. Confirm below if it is meant.
import-columns-title = Columns that are known
import-columns-hint = In Finnish, Swedish or English, in any order. Cells are separated by semicolons, commas or tabs. Days are written 24.11.2026 or 2026-11-24, and the last day still counts.
import-column-person = Person
import-column-name = Name
import-column-given-name = Given name
import-column-family-name = Family name
import-column-employment = Employment
import-column-unit = Unit
import-column-title = Title
import-column-from = From
import-column-until = Until
import-column-card = Card
import-column-kind = Kind
import-column-profession = Profession
import-column-source = Source
import-column-checked = Checked
import-column-external_id = Identifier
import-column-uid = Card
import-column-window = From and until
import-table-people = Person
import-table-employments = Employment
import-table-rights = Right to practise
import-table-cards = Card
import-difference-added = New
import-difference-changed = Changed
import-difference-removed = Ends
done-imported = The file was imported.
problem-file-empty = There are no rows below the first, which names the columns.
problem-file-too-large = The file is longer than this site takes. Split it.
problem-file-too-many-rows = There are more than 200,000 rows. Split the file.
problem-file-not-text = This is no text. Save the table as CSV.
problem-file-unknown-columns = These columns are unknown. Name them as below, or choose to leave them out:
problem-file-missing-columns = These columns are missing:
problem-file-repeated-column = This column is there twice:
problem-file-json = The list cannot be read.
problem-file-rows = Rows of the file are wrong.
problem-too-many-cells = The row has more cells than the first row.
problem-too-few-cells = The row has fewer cells than the first row; the file may be cut off.
problem-in-the-future = This lies in the future.
problem-differs = This says something else than an earlier row, or than what cannot be changed.
problem-needs-confirmation = Unusually many would end. Confirm that this is meant.
