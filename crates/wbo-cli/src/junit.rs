//! Results as JUnit XML, which CI servers show as tests.

use crate::clean::is_unsafe;

/// Tests that belong together.
#[derive(Debug, Default)]
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) cases: Vec<Case>,
}

/// One test.
#[derive(Debug)]
pub(crate) struct Case {
    /// Under which heading it is shown.
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    /// A word for the kind of failure, one line about it, and everything about it.
    Failed {
        kind: &'static str,
        message: String,
        text: String,
    },
    Skipped {
        message: String,
    },
}

/// The suites as one document.
pub(crate) fn xml(name: &str, suites: &[Suite]) -> String {
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    xml.push_str(&format!("<testsuites name=\"{}\"{}>\n", escaped(name), counts(all())));
    for suite in suites {
        xml.push_str(&format!("  <testsuite name=\"{}\"{}>\n", escaped(&suite.name), counts(suite.cases.iter())));
        suite.cases.iter().for_each(|case| case.append(&mut xml));
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn counts<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut skipped) = (0_usize, 0_usize, 0_usize);
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case.outcome, Outcome::Failed { .. }));
        skipped += usize::from(matches!(case.outcome, Outcome::Skipped { .. }));
    }
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"")
}

impl Case {
    fn append(&self, xml: &mut String) {
        let (class, name) = (escaped(&self.class), escaped(&self.name));
        xml.push_str(&format!("    <testcase classname=\"{class}\" name=\"{name}\""));
        match &self.outcome {
            Outcome::Passed => xml.push_str("/>\n"),
            Outcome::Failed { kind, message, text } => {
                let (kind, message, text) = (escaped(kind), escaped(message), escaped(text));
                xml.push_str(&format!(
                    ">\n      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>\n    </testcase>\n"
                ));
            }
            Outcome::Skipped { message } => {
                let message = escaped(message);
                xml.push_str(&format!(">\n      <skipped message=\"{message}\"/>\n    </testcase>\n"));
            }
        }
    }
}

/// Text as it may stand in XML and HTML, within quotes too. Lines stay lines; what no document may hold is shown by its
/// number.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            character if is_unsafe(character) => escaped.push_str(&format!("\\u{{{:04x}}}", u32::from(character))),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let text = "<b a=\"1\" c='2'>&amp;\u{0}\u{1b}[0m\u{ffff}</b>\nnext";
        let expected = "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;\\u{0000}\\u{001b}[0m\\u{ffff}&lt;/b&gt;\nnext";
        assert_eq!(escaped(text), expected);
    }

    #[test]
    fn every_outcome_is_counted_and_told() {
        let case = |name: &str, outcome| Case { class: "c".to_owned(), name: name.to_owned(), outcome };
        let failed = Outcome::Failed { kind: "changed", message: "a -> b".to_owned(), text: "a\nb".to_owned() };
        let cases = vec![
            case("one", Outcome::Passed),
            case("two", failed),
            case("three", Outcome::Skipped { message: "\"no\"".to_owned() }),
        ];
        insta::assert_snapshot!(xml("n", &[Suite { name: "s".to_owned(), cases }]), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="n" tests="3" failures="1" errors="0" skipped="1">
          <testsuite name="s" tests="3" failures="1" errors="0" skipped="1">
            <testcase classname="c" name="one"/>
            <testcase classname="c" name="two">
              <failure type="changed" message="a -&gt; b">a
        b</failure>
            </testcase>
            <testcase classname="c" name="three">
              <skipped message="&quot;no&quot;"/>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
