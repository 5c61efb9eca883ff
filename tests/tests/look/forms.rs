//! What only a form leads to: many chosen at once, step by step.

use anyhow::Result;
use serde_json::json;
use site::browser::Browser;
use site::scene::in_hospital;

use crate::axe::{self, LANGUAGES};

#[test]
fn many_are_chosen_looked_at_and_changed_on_pages_that_keep_the_rules() {
    in_hospital(|browser, ready| async move {
        browser.always(&axe::rules()?).await?;
        let mut wrong = Vec::new();
        for (number, language) in LANGUAGES.into_iter().enumerate() {
            browser.speak(language).await?;
            browser.page.goto(format!("{}/people", ready.dashboard)).await?;
            for at in 0..3 {
                browser
                    .run("document.querySelectorAll('#many [name=id]')[arguments[0]].click()", vec![json!(at)])
                    .await?;
            }
            browser.click("#many button").await?;
            browser.see("[name=act][value=add-to-group]").await?;
            wrong.extend(both(&browser, "many are chosen").await?);
            browser
                .run("document.querySelector('#group').selectedIndex = arguments[0] + 3", vec![json!(number)])
                .await?;
            browser.click("[name=act][value=add-to-group]").await?;
            browser.see("form [name=seen]").await?;
            wrong.extend(both(&browser, "what becomes of many").await?);
            browser.click("form:has([name=seen]) button").await?;
            browser.see("form[action$='/undo'], main .note.good").await?;
            wrong.extend(both(&browser, "what became of many").await?);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        browser.close().await
    })
    .unwrap();
}

/// What is wrong with the open page, narrow and dark, wide and light.
async fn both(browser: &Browser, what: &str) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for (width, dark) in [(320, true), (1280, false)] {
        browser.resize(width, 900, dark).await?;
        let found = axe::check_open(browser).await?;
        wrong.extend(found.into_iter().map(|fault| format!("{what} at {width}: {fault}")));
    }
    Ok(wrong)
}
