//! What waits on the overview, and the square of the second step.

use access::time::{UtcS, Window};
use axum::http::{Method, StatusCode};
use db::site::{CardKind, Effect, GroupMatch, NewRule, ReviewOf, Role, RuleEdit};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;

use crate::support::{Bench, NOW, actor, door};

/// The number and the words of a tile that leads there.
fn tile(page: &str, href: &str) -> Option<String> {
    let tile = page.split(&format!("<a href=\"{href}\"><b>")).nth(1)?.split("</a>").next()?;
    Some(tile.split("</span> ").nth(1)?.replace("</b> <span>", " ").replace("</span>", ""))
}

#[tokio::test]
async fn groups_whose_review_is_due_stand_on_the_overview_as_many_as_its_link_lists() {
    let bench = Bench::new().await;
    let site = &bench.site;
    let area = site.add_area(&actor(), "Aula", &[door(2)]).unwrap();
    let mut groups = Vec::new();
    for name in ["Vieraat", "Siivoojat", "Ei mitään"] {
        let group = site.add_group(&actor(), name).unwrap();
        let kind = GroupMatch { kind: Some(CardKind::Visitor), ..GroupMatch::default() };
        site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches: vec![kind] }).unwrap();
        groups.push(group);
    }
    for group in &groups[..2] {
        let schedule = access::entry::ScheduleId::ALWAYS;
        let (effect, window) = (Effect::Allow, Window::ALWAYS);
        let rule = NewRule { group: *group, area, schedule, effect, window, note: String::new() };
        site.add_rule(&actor(), rule).unwrap();
    }
    let href = "/reports/review?show=due";
    let mut browser = bench.signed_in().await;
    for (language, words) in
        [("en", "2 groups to review"), ("fi", "2 ryhmän oikeudet tarkistettava"), ("sv", "2 grupper att granska")]
    {
        browser.language = language;
        assert_eq!(tile(&browser.get("/").await.text(), href).as_deref(), Some(words));
    }
    browser.language = "en";
    let of = ReviewOf::Group(groups[0]);
    let seen = site.review(of).unwrap().digest;
    site.sign_review(&actor(), of, seen, "", UtcS(NOW / 1_000 + 86_400)).unwrap();
    assert_eq!(tile(&browser.get("/").await.text(), href).as_deref(), Some("1 group to review"));
    let listed = browser.get(href).await.text();
    assert!(listed.contains("Siivoojat") && !listed.contains("Vieraat"), "{listed}");
    // It comes back with its day.
    bench.wait_ms(86_400_000);
    let mut browser = bench.signed_in().await;
    assert_eq!(tile(&browser.get("/").await.text(), href).as_deref(), Some("2 groups to review"));
    for (role, sees) in [(Role::Desk, false), (Role::Auditor, true)] {
        let page = bench.signed_in_as(role).await.get("/").await.text();
        assert_eq!(tile(&page, href).is_some(), sees, "{role:?}");
    }
}

#[tokio::test]
async fn the_square_of_the_second_step_holds_what_its_link_holds_and_is_named_in_words() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    for (language, name) in [("en", "QR code"), ("fi", "QR-koodi"), ("sv", "QR-kod")] {
        browser.language = language;
        let page = browser.get("/me/second-step").await.text();
        let link = page.split("href=\"otpauth:").nth(1).unwrap().split('"').next().unwrap();
        let link = format!("otpauth:{}", link.replace("&#38;", "&").replace("&amp;", "&"));
        let code = QrCode::encode_text(&link, QrCodeEcc::Medium).unwrap();
        let svg = page.split("<svg class=\"qr\"").nth(1).unwrap().split("</svg>").next().unwrap();
        assert!(svg.contains(&format!("role=\"img\" aria-label=\"{name}")), "{svg}");
        let side = code.size() + 8;
        assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{svg}");
        let drawn: i32 = svg
            .split('h')
            .filter_map(|piece| piece.split_once("v1").map(|(length, _)| length))
            .map(|length| length.parse::<i32>().unwrap())
            .sum();
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dark.filter(|(x, y)| code.get_module(*x, *y)).count();
        assert_eq!(usize::try_from(drawn).unwrap(), dark);
    }
    // Whoever has typed a wrong code keeps the key that the telephone has by now.
    let page = browser.get("/me/second-step").await.text();
    let secret = page.split("name=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let again = browser.post("/me/second-step", &format!("secret={secret}&code=1&current=correct+horse")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let square = |page: &str| page.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(square(&again.text()), square(&page));
}

#[tokio::test]
async fn the_statement_names_whom_the_site_says_to_turn_to_and_each_change_of_it_is_told() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let mut stranger = bench.browser();
    let usual = ["Ask whoever gave you your account", "Kysy siltä, joka antoi", "Fråga den som gav dig"];
    for ((language, title), words) in
        [("en", "Whom to turn to"), ("fi", "Keneen otetaan yhteyttä"), ("sv", "Vem man vänder sig till")]
            .iter()
            .zip(usual)
    {
        (browser.language, stranger.language) = (*language, *language);
        assert!(browser.get("/settings").await.text().contains(title), "{language}");
        assert!(stranger.get("/accessibility").await.text().contains(words), "{language}");
    }
    (browser.language, stranger.language) = ("en", "en");
    let office = "Security <office>, 09 123 456";
    let set = browser.post("/settings/contact", "contact=+Security+%3Coffice%3E%2C+09+123+456+").await;
    assert_eq!(set.header("location"), "/settings?done=site-set");
    assert_eq!(bench.site.contact().unwrap().as_deref(), Some(office));
    let shown = "Security &#60;office&#62;, 09 123 456";
    let page = stranger.get("/accessibility").await.text();
    assert!(page.contains(shown) && !page.contains("Ask whoever gave"), "{page}");
    assert!(browser.get("/settings").await.text().contains(&format!("value=\"{shown}\"")));
    let before = bench.site.latest().unwrap();
    browser.post("/settings/contact", "contact=Security+%3Coffice%3E%2C+09+123+456").await;
    assert_eq!(bench.site.latest().unwrap(), before, "what is so already is no change");
    for wrong in ["x".repeat(301), "a%0Ab".to_owned()] {
        let answer = browser.post("/settings/contact", &format!("contact={wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let told = browser.get(&format!("/log/{}", before.0)).await.text();
    assert!(told.contains("Contact of the accessibility statement set") && told.contains(shown), "{told}");
    let get = bench.api(Method::GET, "/settings/contact", "").await.json();
    assert_eq!(get, json!({"contact": office}));
    assert_eq!(bench.api(Method::PUT, "/settings/contact", "{}").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let off = bench.api(Method::PUT, "/settings/contact", "{\"contact\": null}").await;
    assert_eq!(off.json(), json!({"contact": null}));
    assert_eq!(bench.site.contact().unwrap(), None);
}

#[tokio::test]
async fn an_employment_is_entered_with_the_words_by_which_groups_find_people() {
    let bench = Bench::new().await;
    let group = bench.site.add_group(&actor(), "Hoitajat").unwrap();
    let named = GroupMatch { unit: Some("Ward \"3\"".to_owned()), ..GroupMatch::default() };
    let title = GroupMatch { title: Some("Nurse".to_owned()), ..GroupMatch::default() };
    bench.site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches: vec![named, title] }).unwrap();
    let mut browser = bench.signed_in().await;
    for (language, about) in [("en", "letter by letter"), ("fi", "kirjain kirjaimelta"), ("sv", "bokstav för bokstav")]
    {
        browser.language = language;
        let text = browser.get("/people/1/employments/new").await.text();
        let offered = |of: &str| text.split(of).nth(1).unwrap().split("</datalist>").next().unwrap().to_owned();
        assert_eq!(offered("<datalist id=\"unit-words\">"), "<option value=\"Ward &#34;3&#34;\">");
        assert_eq!(offered("<datalist id=\"title-words\">"), "<option value=\"Nurse\">");
        assert!(text.contains(about), "{language}: {text}");
    }
    let refused = browser.post("/people/1/employments/new", "title=&unit=&from=&until=&step=save").await;
    assert!(refused.text().contains("<option value=\"Nurse\">"), "{}", refused.text());
    assert!(!browser.get("/people/1/rights/new").await.text().contains("<datalist"));
}

#[tokio::test]
async fn light_or_dark_is_chosen_without_a_script_and_stays_in_the_browser() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let page = browser.get("/me").await;
    let csp = page.header("content-security-policy").to_owned();
    let text = page.text();
    assert!(
        text.contains("<html lang=\"en\">") && text.contains("<meta name=\"color-scheme\" content=\"light dark\">")
    );
    assert!(text.contains("id=\"theme-system\" name=\"theme\" value=\"system\" required checked"), "{text}");
    let chosen = browser.post("/me/theme", "theme=dark").await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/me?done=theme-set#theme"));
    assert!(chosen.header("set-cookie").contains("HttpOnly; SameSite=Lax"), "{}", chosen.header("set-cookie"));
    for place in ["/me", "/events", "/accessibility", "/nothing/here"] {
        let page = browser.get(place).await;
        let text = page.text();
        assert!(text.contains("data-theme=\"dark\"") && text.contains("content=\"dark\">"), "{place}: {text}");
        assert_eq!(page.header("content-security-policy"), csp, "{place}: nothing is allowed for it");
    }
    browser.post("/sign-out", "").await;
    assert!(browser.get("/sign-in").await.text().contains("data-theme=\"dark\""), "it is the browser's");
    assert!(bench.signed_in().await.get("/").await.text().contains("<html lang=\"en\">"), "and not the account's");
    let mut browser = bench.signed_in().await;
    assert_eq!(browser.post("/me/theme", "theme=%22%3E").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.post("/me/theme", "theme=light").await;
    assert!(browser.get("/me").await.text().contains("data-theme=\"light\""));
    let fresh = bench.signed_in().await;
    let request = fresh.request(Method::GET, "/").header("cookie", "kulku-theme=%22%3E<script>");
    let answer = bench.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert!(!answer.text().contains("%22%3E<script>"), "what is no theme is passed over");
}
