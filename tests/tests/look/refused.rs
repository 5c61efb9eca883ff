//! Forms that come back with what is wrong: each form of each page that wants something is sent in without it.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Value, json};
use site::browser::Browser;
use site::scene::in_hospital;

use crate::axe::{self, LANGUAGES};
use crate::pages;

/// Where the forms of the open page lead that want a text, one for each place.
const WANTING: &str = r#"
const wants = "input[required]:not([type=radio], [type=checkbox], [type=hidden]), textarea[required]";
const forms = [...document.querySelectorAll("main form[method=post]")];
return forms.map((form, at) => [at, form.getAttribute("action")]).filter(([at]) => forms[at].querySelector(wants));
"#;

/// Sends one of them in with nothing in it, past what the browser would say. The page that is left is marked, so that
/// the next one can be waited for.
const SEND: &str = r#"
const form = document.querySelectorAll("main form[method=post]")[arguments[0]];
for (const field of form.querySelectorAll("input:not([type=radio], [type=checkbox], [type=hidden]), textarea")) field.value = "";
form.noValidate = true;
document.body.dataset.left = "";
form.querySelector("button").click();
"#;

/// Whether the open page says that something is wrong, and at which field.
const SAYS: &str = r#"
return [!!document.querySelector("main [role=alert]"), document.querySelectorAll("main .problem").length];
"#;

#[test]
fn every_form_that_comes_back_says_so_on_a_page_that_keeps_the_rules() {
    in_hospital(|browser, ready| async move {
        browser.always(&axe::rules()?).await?;
        let all = pages::all(&ready.dashboard, &browser.session().await?)?;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut wrong = Vec::new();
        for page in all.iter().filter(|page| page.is_first) {
            let place = format!("{}{}", ready.dashboard, page.path);
            browser.page.goto(&place).await?;
            for (at, action) in wanting(&browser.run(WANTING, vec![]).await?) {
                if !seen.insert(pages::kind(&action)) {
                    continue;
                }
                let number = seen.len();
                browser.speak(LANGUAGES[number % LANGUAGES.len()]).await?;
                let (width, dark) = if number.is_multiple_of(2) { (320, true) } else { (1280, false) };
                browser.resize(width, 900, dark).await?;
                browser.page.goto(&place).await?;
                browser.run(SEND, vec![json!(at)]).await?;
                browser.see("body:not([data-left])").await?;
                let faults = came_back(&browser).await?;
                wrong.extend(faults.into_iter().map(|fault| format!("{} to {action} at {width}: {fault}", page.path)));
            }
        }
        println!("{} forms were sent in with nothing in them", seen.len());
        assert!(seen.len() > 20, "{seen:?}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        browser.close().await
    })
    .unwrap();
}

/// What is wrong with a page that a form came back on.
async fn came_back(browser: &Browser) -> Result<Vec<String>> {
    let said = browser.run(SAYS, vec![]).await?;
    let mut wrong = axe::check_open(browser).await?;
    if said[0] != true {
        wrong.push("nothing says that it was refused".to_owned());
    }
    Ok(wrong)
}

fn wanting(found: &Value) -> Vec<(u64, String)> {
    let forms = found.as_array().into_iter().flatten();
    forms.filter_map(|form| Some((form[0].as_u64()?, form[1].as_str()?.to_owned()))).collect()
}
