nav-import = Import
import-title = Import ur register
import-kind = Filens innehåll
import-kind-people = Personer och anställningar
import-kind-cards = Kort
import-kind-rights = Yrkesrättigheter
import-content = CSV-filens innehåll
import-content-hint = Kopiera från kalkylbladet eller filen med den första raden, som namnger kolumnerna. Inget ändras innan du har sett vad som skulle ändras.
import-end-absent = Filen är fullständig: det som saknas upphör nu (anställningar med beteckning, eller yrkesrättigheter från samma källor)
import-ignore-unknown = Hoppa över okända kolumner
import-confirm-removals = Så många upphör verkligen
import-look = Se vad som skulle ändras
import-apply = Genomför ändringarna
import-outcome = Vad som skulle ändras
import-moved = Inget importerades: filen, valen eller uppgifterna är inte desamma som du granskade. Titta igen.
import-unread = Filen kan inte läsas. Inget importerades.
import-added = Nya
import-changed = Ändrade
import-removed = Avslutade
import-unchanged = Oförändrade
import-ignored = Hoppas över:
import-errors =
    { $count ->
        [one] Ett fel. Inget kan importeras innan det är rättat.
       *[other] { $count } fel. Inget kan importeras innan de är rättade.
    }
import-errors-caption = Fel per rad och kolumn; de 100 första
import-row = Rad
import-column = Kolumn
import-problem = Vad som är fel
import-differences-caption = Skillnader mellan filen och uppgifterna
import-what = Vad
import-table = Av
import-key = Beteckning
import-columns = Skiljer sig i
import-more =
    { $count ->
        [one] En till visas inte.
       *[other] { $count } till visas inte.
    }
import-many-removed = Ovanligt många skulle upphöra. En avbruten fil ser ut så här. Bekräfta nedan om det är meningen.
import-columns-title = Kända kolumner
import-columns-hint = På finska, svenska eller engelska, i valfri ordning. Cellerna skiljs åt med semikolon, komma eller tabb. Dagar skrivs 24.11.2026 eller 2026-11-24, och den sista dagen räknas med.
import-column-person = Personalnummer
import-column-name = Namn
import-column-given-name = Förnamn
import-column-family-name = Efternamn
import-column-employment = Anställning
import-column-unit = Enhet
import-column-title = Titel
import-column-from = Från
import-column-until = Till
import-column-card = Kort
import-column-kind = Slag
import-column-profession = Yrke
import-column-source = Källa
import-column-checked = Kontrollerad
import-column-external_id = Beteckning
import-column-uid = Kort
import-column-window = Från och till
import-table-people = Person
import-table-employments = Anställning
import-table-rights = Yrkesrättighet
import-table-cards = Kort
import-difference-added = Ny
import-difference-changed = Ändras
import-difference-removed = Upphör
done-imported = Filen importerades.
problem-file-empty = Det finns inga rader under den första, som namnger kolumnerna.
problem-file-too-large = Filen är för stor. Dela upp den.
problem-file-too-many-rows = Det finns fler än 200 000 rader. Dela upp filen.
problem-file-not-text = Detta är ingen text. Spara tabellen som CSV.
problem-file-unknown-columns = Dessa kolumner är okända. Ge dem namnen nedan, eller välj att hoppa över dem:
problem-file-missing-columns = Dessa kolumner saknas:
problem-file-repeated-column = Denna kolumn finns två gånger:
problem-file-json = Listan kan inte läsas.
problem-file-rows = Rader i filen är fel.
problem-too-many-cells = Raden har fler celler än den första.
problem-too-few-cells = Raden har färre celler än den första; filen kan vara avklippt.
problem-in-the-future = Detta ligger i framtiden.
problem-differs = Detta avviker från en tidigare rad eller från det som inte kan ändras.
problem-needs-confirmation = Ovanligt många skulle upphöra. Bekräfta att det är meningen.
