//! The user's own rules, from the library's face.
#![cfg(feature = "rules")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

use std::sync::LazyLock;

use proptest::prelude::*;
use tamis::{Classifier, Error, ErrorKind, Explanation, Kind, Label, Page, Rules, Threshold, Verdict, segment};

static CLASSIFIER: LazyLock<Classifier> = LazyLock::new(|| Classifier::embedded().unwrap());

const BODY: &str = "昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。";
const MENU: &str = "首页 | 新闻 | 登录 | 注册";

fn ruled(rules: &str) -> Classifier {
    CLASSIFIER.clone().with_rules(Rules::parse(rules).unwrap())
}

/// The verdict on a text that is alone on its page, and why.
fn explained(rules: &str, page: &Page<'_>) -> (Verdict, Explanation) {
    ruled(rules).worker().explain(page, 0)
}

/// What the rules say of a text that is alone on its page; `None` if none fires.
fn says_of(rules: &str, page: &Page<'_>) -> Option<Label> {
    let (verdict, explanation) = explained(rules, page);
    explanation.reasons[0].feature.starts_with("rule.").then_some(verdict.label)
}

fn says(rules: &str, text: &str) -> Option<Label> {
    says_of(rules, &Page::from_texts([text]))
}

fn error(rules: &str) -> String {
    let error = Rules::parse(rules).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Rules(_)), "{error}");
    error.to_string()
}

#[test]
fn rules_can_be_shared_between_threads() {
    fn auto_traits<T: Send + Sync + Unpin>() {}
    auto_traits::<Rules>();
}

#[test]
fn words_fire_whatever_their_form() {
    let rules = "keep = ['ABSTRACT', '國際新聞']\ndrop = ['加微信', 'buy followers']";
    for kept in ["Abstract", "the abstract:", "ＡＢＳＴＲＡＣＴ", "国际新闻", "國際新聞網", "国\u{200B}际新闻"]
    {
        assert_eq!(says(rules, kept), Some(Label::Content), "{kept}");
    }
    for dropped in ["請加微信號", "加\u{200B}微信", "Ｂuy\u{3000}FOLLOWERS today"] {
        assert_eq!(says(rules, dropped), Some(Label::Junk), "{dropped}");
    }
    for neither in ["加微", "buy  followers", BODY, MENU] {
        assert_eq!(says(rules, neither), None, "{neither}");
    }
}

#[test]
fn patterns_see_the_text_as_it_is() {
    let rules = "[[rule]]\naction = 'drop'\npattern = '^Posted by \\w+$'";
    assert_eq!(says(rules, "Posted by 老木匠"), Some(Label::Junk));
    for other in ["posted by me", "Ｐosted by me", "Posted by you and me", "It was Posted by me"] {
        assert_eq!(says(rules, other), None, "{other}");
    }
    let both = "[[rule]]\naction = 'keep'\nwords = ['editor']\npattern = '^\\d+$'";
    for kept in ["Editor: Li", "2024"] {
        assert_eq!(says(both, kept), Some(Label::Content), "{kept}");
    }
    // What is found may be empty.
    let (verdict, explanation) = explained("[[rule]]\naction = 'drop'\npattern = '$'", &Page::from_texts([BODY]));
    assert_eq!((verdict.label, explanation.reasons[0].range.clone()), (Label::Junk, Some(BODY.len()..BODY.len())));
}

#[test]
fn hosts_limit_a_rule() {
    let rules =
        "[[rule]]\naction = 'drop'\nwords = ['椅']\nhosts = ['Example.com', '*.news.example', '[::1]', '新闻.example']";
    let fires = |url: &str| says_of(rules, &Page::from_texts([BODY]).with_url(url.to_owned())).is_some();
    for url in [
        "https://example.com/a",
        "example.com",
        "EXAMPLE.COM?x=http://other.com/",
        "http://user:p@ss@example.com:8080#top",
        "https://example.com.",
        " https://example.com:443/ ",
        "news.example/",
        "http://a.b.News.Example/x",
        "http://[::1]:80/",
        "http://[::1]",
        "http://新闻.example/",
    ] {
        assert!(fires(url), "{url}");
    }
    for url in [
        "https://www.example.com/",
        "https://example.com.cn/",
        "https://notexample.com/",
        "https://badnews.example/",
        "https://other.com/example.com",
        "other.com/?u=http://example.com/",
        "https://example.com@other.com/",
        "http://xn--efvs90k.example/",
        "闻.example",
        "",
        "://",
    ] {
        assert!(!fires(url), "{url}");
    }
    assert_eq!(says(rules, BODY), None);
    // A worker asks anew for every page.
    let classifier = ruled(rules);
    let mut worker = classifier.worker();
    let here = segment::text(BODY).with_url("example.com");
    let there = segment::text(BODY).with_url("other.com");
    for _ in 0..2 {
        assert_eq!(worker.classify(&here)[0].score, 1.0);
        assert_eq!(worker.classify(&there), CLASSIFIER.classify(&there));
    }
}

#[test]
fn the_first_rule_that_fires_decides() {
    let rules = "
        drop = ['b', 'a']
        keep = ['c']
        [[rule]]
        name = 'first'
        action = 'keep'
        pattern = 'd'
        [[rule]]
        action = 'drop'
        words = ['e', 'ee']
        [[rule]]
        action = 'keep'
        words = ['eef']
        pattern = '^g'
        hosts = ['example.com']
        [[rule]]
        action = 'drop'
        words = ['g']
    ";
    let classifier = ruled(rules);
    let mut worker = classifier.worker();
    let mut check = |text: &str, url: &str, name: &str, label: Label| {
        let (verdict, explanation) = worker.explain(&Page::from_texts([text]).with_url(url.to_owned()), 0);
        let feature = format!("rule.{name}");
        assert_eq!((verdict.label, &*explanation.reasons[0].feature), (label, &*feature), "{text}");
    };
    check("a b c", "", "keep", Label::Content);
    check("d a b", "", "drop", Label::Junk);
    check("eef d", "", "first", Label::Content);
    check("eef", "example.com", "rule 2", Label::Junk);
    check("g", "example.com", "rule 3", Label::Content);
    check("g", "", "rule 4", Label::Junk);
}

#[test]
fn a_rule_may_say_the_kind() {
    let rule = |kind: &str| format!("[[rule]]\naction = 'drop'\nwords = ['椅', '首']\n{kind}");
    for text in [BODY, MENU] {
        let page = Page::from_texts([text]);
        assert_eq!(explained(&rule("kind = 'spam'"), &page).0.kind, Some(Kind::Spam));
        assert_eq!(explained(&rule("kind = 'boilerplate'"), &page).0.kind, Some(Kind::Boilerplate));
        let all = CLASSIFIER.clone().with_threshold(Threshold::Fixed(0.0)).unwrap();
        assert_eq!(explained(&rule(""), &page).0.kind, all.classify(&page)[0].kind);
    }
    assert_eq!(explained("keep = ['首']", &Page::from_texts([MENU])).0.kind, None);
}

#[test]
fn thresholds_do_not_overrule() {
    let text = format!("{BODY}\n{MENU}\n");
    for threshold in [0.0, 1.0] {
        let classifier = ruled("keep = ['首页']\ndrop = ['木匠']").with_threshold(Threshold::Fixed(threshold)).unwrap();
        assert_eq!(classifier.clean(text.as_bytes()), format!("{MENU}\n").into_bytes());
        let verdicts = classifier.classify(&segment::text(&text));
        assert_eq!((verdicts[0].label, verdicts[0].score), (Label::Junk, 1.0));
        assert_eq!((verdicts[1].label, verdicts[1].kind), (Label::Content, None));
        assert!(verdicts[1].score > 0.0 && verdicts[1].score < 1e-8);
    }
}

#[test]
fn neighbours_see_it() {
    let text = format!("{BODY}\n{BODY}\n第一栏\n老桥怎么修\n第二栏\n{BODY}\n");
    let page = segment::text(&text);
    let without = CLASSIFIER.classify(&page)[3].clone();
    let [drop, keep] = ["drop", "keep"].map(|action| ruled(&format!("{action} = ['栏']")).classify(&page)[3].score);
    assert!(drop > keep && ![drop, keep].contains(&without.score), "{drop} {keep} {}", without.score);
    // The explanation of the neighbour still adds up.
    let (verdict, explanation) = ruled("drop = ['栏']").worker().explain(&page, 3);
    assert!((verdict.score - explanation.score()).abs() < 1e-3);
}

#[test]
fn rules_for_a_whole_menu_spare_the_content() {
    let menu = [
        "首页", "要闻", "财经", "体育", "娱乐", "房产", "汽车", "教育", "健康", "旅游", "图片", "视频", "专题", "论坛",
    ];
    let lines = |some: &[&str]| some.join("\n");
    let text = format!("{}\n{BODY}\n老桥怎么修\n{BODY}\n{}\n", lines(&menu[..8]), lines(&menu[8..]));
    let page = segment::text(&text);
    let content = |classifier: &Classifier| -> Vec<f32> {
        let verdicts = classifier.classify(&page);
        let of = page.blocks.iter().zip(verdicts).filter(|(block, _)| !menu.contains(&block.text.as_ref()));
        of.map(|(_, verdict)| verdict.score).collect()
    };
    let rules = format!("[[rule]]\naction = 'drop'\npattern = '^(?:{})$'", menu.join("|"));
    for (ruled, without) in content(&ruled(&rules)).into_iter().zip(content(&CLASSIFIER)) {
        assert!(ruled < without + 0.1, "{ruled} {without}");
    }
}

#[test]
fn explanations_name_the_rule() {
    let rules = "[[rule]]\nname = 'house ads'\naction = 'drop'\nwords = ['訂閱ab本刊']\npattern = '\\d+ 期'\n[[rule]]\nname = 'ours'\naction = 'keep'\nwords = ['本报']";
    for (text, name, found, log_odds) in [
        ("😀ⓥ\u{200B}：歡迎\u{FEFF}订閱Ａ\u{200B}𝐁本刊\u{200B}！", "rule.house ads", "订閱Ａ\u{200B}𝐁本刊", 20.0),
        ("第 12 期", "rule.house ads", "12 期", 20.0),
        ("订阅AB本刊", "rule.house ads", "订阅AB本刊", 20.0),
        ("Ａ本報讯", "rule.ours", "本報", -20.0),
    ] {
        let page = Page::from_texts([text]);
        let (verdict, explanation) = explained(rules, &page);
        assert_eq!(explanation.reasons.len(), 1);
        let reason = &explanation.reasons[0];
        assert_eq!((&*reason.feature, reason.value, reason.contribution), (name, 1.0, log_odds));
        assert_eq!(reason.word.as_deref(), Some(found));
        assert_eq!(&text[reason.range.clone().unwrap()], found);
        assert_eq!((explanation.base, explanation.log_odds), (0.0, log_odds));
        assert_eq!(explanation.score(), verdict.score);
        for n in 0..3 {
            assert_eq!(explanation.for_junk(n).len(), usize::from(n > 0 && log_odds > 0.0));
        }
        let mut shown = Vec::new();
        tamis::report::page("page", &page, &[verdict], |_, _| explanation.reasons.clone(), &mut shown).unwrap();
        assert_eq!(String::from_utf8(shown).unwrap().contains(name), log_odds > 0.0);
    }
}

#[test]
fn bad_rules_are_refused_with_a_sentence() {
    for (rules, wanted) in [
        ("keep = ['a']\ndrop = [", "line 2: "),
        ("keep = ['a']\nkep = ['a']", "line 2: unknown field `kep`"),
        ("drop = 'a'", "line 1: invalid type"),
        ("[rule]\naction = 'drop'", "line 1: invalid type"),
        ("keep = ['a', '']", "`keep`: one of its words is empty"),
        ("drop = ['\u{200B}']", "`drop`: one of its words is empty"),
    ] {
        let error = error(rules);
        assert!(error.starts_with(&format!("bad rules: {wanted}")), "{error}");
    }
    for (rule, wanted) in [
        ("action = 'drop'", "neither words nor a pattern"),
        ("action = 'drop'\nwords = []", "neither words nor a pattern"),
        ("action = 'drop'\nwords = ['a', ' ']", "one of its words is empty"),
        ("action = 'drop'\npattern = ''", "its pattern is empty"),
        ("action = 'drop'\npattern = '('", "unclosed group"),
        ("action = 'drop'\npattern = '(\\w{1000}){1000}'", "size limit"),
        ("action = 'remove'\nwords = ['a']", "unknown variant `remove`, expected `keep` or `drop`"),
        ("words = ['a']", "missing field `action`"),
        ("action = 'drop'\nword = ['a']", "unknown field `word`"),
        ("action = 'drop'\nwords = 'a'", "invalid type"),
        ("action = 'drop'\nwords = ['a']\nkind = 'vice'", "unknown variant `vice`"),
        ("action = 'keep'\nwords = ['a']\nkind = 'spam'", "a `kind` is for junk"),
        ("action = 'drop'\nwords = ['a']\nhosts = []", "list of hosts is empty"),
        ("action = 'drop'\nwords = ['a']\nhosts = ['https://a.example/']", "`https://a.example/` is no host"),
        ("action = 'drop'\nwords = ['a']\nhosts = ['*']", "`*` is no host"),
        ("action = 'drop'\nwords = ['a']\nhosts = ['*.']", "`*.` is no host"),
        ("action = 'drop'\nwords = ['a']\nhosts = ['a.example:80']", "`a.example:80` is no host"),
        ("action = 'drop'\nwords = ['a']\nname = ' '", "its name is empty"),
    ] {
        let first = "[[rule]]\naction = 'keep'\nwords = ['a']\n";
        let unnamed = error(&format!("{first}[[rule]]\n{rule}"));
        assert!(unnamed.starts_with("bad rules: rule 2") && unnamed.contains(wanted), "{unnamed}");
        if !rule.contains("name =") {
            let named = error(&format!("[[rule]]\nname = 'house ads'\n{rule}"));
            assert!(named.starts_with("bad rules: rule 1 `house ads`: ") && named.contains(wanted), "{named}");
        }
    }
}

#[test]
fn files_are_named_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.toml");
    let in_file = |error: &Error| assert_eq!(error.position().file.as_deref(), Some(path.as_path()));
    let missing = Rules::load(&path).unwrap_err();
    assert!(missing.io_error().is_some());
    in_file(&missing);
    std::fs::write(&path, "drop = ['']").unwrap();
    in_file(&Rules::load(&path).unwrap_err());
    std::fs::write(&path, "\u{FEFF}drop = ['a']\r\n").unwrap();
    assert!(!Rules::load(&path).unwrap().is_empty());
    std::fs::write(&path, "").unwrap();
    assert!(Rules::load(&path).unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn rules_that_do_not_fire_change_nothing(text in "[首页新闻登录 |，。0-9a-zA-Zか한글ابп\n]{0,200}") {
        let page = segment::text(&text);
        let expected = CLASSIFIER.classify(&page);
        prop_assert_eq!(&ruled("").classify(&page), &expected);
        prop_assert_eq!(&ruled("keep = ['木匠']\n[[rule]]\naction = 'drop'\npattern = '木'").classify(&page), &expected);
    }

    #[test]
    fn what_words_find_is_the_same_when_folded(word in "[國国際际Ａa𝐀ⓐ ]{0,2}[國国Ａa]", before in "[國Ａ😀\u{200B}b]{0,5}", behind in "\\PC{0,5}") {
        let text = format!("{before}{word}{behind}");
        let (_, explanation) = explained(&format!("drop = ['{word}']"), &Page::from_texts([&*text]));
        let reason = &explanation.reasons[0];
        let fold = |text: &str| {
            let mut folded = String::new();
            tamis::chars::fold_into(text, &mut folded);
            folded
        };
        let found = reason.word.as_deref().unwrap();
        prop_assert_eq!(&text[reason.range.clone().unwrap()], found);
        prop_assert_eq!(fold(found), fold(&word));
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), value in "\\PC{0,20}") {
        let _ = Rules::parse(&text);
        let _ = Rules::parse(&format!("keep = ['{value}']\n[[rule]]\naction = 'drop'\npattern = '{value}'"));
        let _ = Rules::parse(&format!("[[rule]]\naction = 'drop'\npattern = '''{text}'''\nhosts = [{value:?}]"));
        if let Ok(rules) = Rules::parse(&format!("[[rule]]\naction = 'drop'\nwords = ['a']\nhosts = ['{value}']")) {
            let classifier = CLASSIFIER.clone().with_rules(rules);
            classifier.classify(&segment::text("a").with_url(&*text));
            let verdicts = classifier.classify(&segment::text("a").with_url(value.replace('*', "www")));
            prop_assert_eq!(verdicts.len(), 1);
        }
    }
}
