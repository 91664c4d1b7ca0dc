//! The library's face.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

use tamis::{Classifier, Error, ErrorKind, Explanation, Model, Preset, Threshold, Verdict, segment};

#[test]
fn types_can_be_shared_between_threads() {
    fn auto_traits<T: Send + Sync + Unpin>() {}
    auto_traits::<Classifier>();
    auto_traits::<Model>();
    auto_traits::<Error>();
    auto_traits::<Verdict>();
    auto_traits::<Explanation>();
}

#[test]
fn threads_share_a_classifier_and_agree() {
    let classifier = Classifier::embedded().unwrap();
    let page = segment::text("首页 | 新闻 | 登录\n老木匠把长椅搬回了河边的小公园。\n");
    let expected = classifier.classify(&page);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(classifier.classify(&page), expected));
        }
    });
}

#[test]
fn thresholds_are_checked() {
    let classifier = Classifier::embedded().unwrap();
    for wrong in [-0.1, 1.5, f32::NAN] {
        let error = classifier.clone().with_threshold(Threshold::Fixed(wrong)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Option(_)), "{error}");
    }
    let model = classifier.model();
    let [cautious, balanced, strict] = Preset::ALL.map(|preset| model.threshold(preset, None));
    assert!(cautious >= balanced && balanced >= strict);
}

#[test]
fn errors_say_where() {
    let error = Model::load("no/such/model").unwrap_err();
    assert!(error.io_error().is_some());
    assert_eq!(error.position().file.as_deref(), Some("no/such/model".as_ref()));
    let error = Model::from_bytes(&[0; 100]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error}");
}

#[test]
fn clean_is_the_library_in_one_call() {
    let classifier = Classifier::embedded().unwrap().with_threshold(Threshold::Fixed(0.0)).unwrap();
    assert_eq!(classifier.clean("一行\n\n二行\n".as_bytes()), b"");
    assert_eq!(classifier.clean(b""), b"");
}
