//! Undo steps that are not in the one encoding.

use super::*;

pub fn vectors() -> Vec<Vector> {
    vec![
        plain(
            "undo-tag-0",
            WRONG,
            "unknown kind of undo step 0",
            "A step about nothing.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        step.tag = 0;
                    }),
                );
            }),
        ),
        plain(
            "undo-tag-4",
            WRONG,
            "unknown kind of undo step 4",
            "A step about something new.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        step.tag = 4;
                    }),
                );
            }),
        ),
        plain(
            "undo-key-with-name",
            WRONG,
            "not in the one encoding",
            "A key with the name of a value.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        as_key(step);
                        step.name = Some("x".into());
                    }),
                );
            }),
        ),
        plain(
            "undo-key-with-value",
            WRONG,
            "not in the one encoding",
            "A key with data.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        as_key(step);
                        step.value_after = number(1);
                    }),
                );
            }),
        ),
        plain(
            "undo-value-without-name",
            WRONG,
            "not in the one encoding",
            "A value without a name.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        as_value(step);
                        step.name = None;
                    }),
                );
            }),
        ),
        plain(
            "undo-value-with-key",
            WRONG,
            "not in the one encoding",
            "A value that is a key too.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        as_value(step);
                        step.key_before = Some(KeyState::default());
                    }),
                );
            }),
        ),
        plain(
            "undo-value-with-key-after",
            WRONG,
            "not in the one encoding",
            "A value that is a key afterwards.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        as_value(step);
                        step.key_after = true;
                    }),
                );
            }),
        ),
        plain(
            "undo-value-with-security",
            WRONG,
            "not in the one encoding",
            "A value with an access list.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        as_value(step);
                        step.file_security = Some(Bytes(vec![1]));
                    }),
                );
            }),
        ),
        plain(
            "undo-file-with-value",
            WRONG,
            "not in the one encoding",
            "A file with data of a value.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        step.value_before = number(1);
                    }),
                );
            }),
        ),
        plain(
            "undo-file-with-name",
            WRONG,
            "not in the one encoding",
            "A file with the name of a value.",
            Flaw::Draft(|draft| {
                push(
                    draft,
                    one_step(|step| {
                        step.name = Some(Text::default());
                    }),
                );
            }),
        ),
        plain(
            "undo-key-after-2",
            WRONG,
            "does not decode",
            "A key that is neither there nor not.",
            Flaw::Draft(|draft| {
                let mut bytes = one_step(|step| {
                    as_key(step);
                    step.path = vec![];
                });
                // After the apply, one setting, the tag, a path of nothing, and no name.
                let place = 16 + 8 + 8 + 8 + 1 + 1 + 8 + 1 + 1;
                assert_eq!(bytes[place], 1);
                bytes[place] = 2;
                push(draft, bytes);
            }),
        ),
        plain(
            "undo-left-over",
            WRONG,
            "left over",
            "A byte after the last step.",
            Flaw::Draft(|draft| {
                push(draft, one_step(|_| ()));
                draft.section(UNDO).plaintext.push(0);
            }),
        ),
        plain(
            "undo-cut",
            WRONG,
            "does not decode",
            "The last byte is missing.",
            Flaw::Draft(|draft| {
                push(draft, one_step(|_| ()));
                draft.section(UNDO).plaintext.pop();
            }),
        ),
        plain(
            "undo-count-huge",
            WRONG,
            "does not decode",
            "2^64 - 1 steps.",
            Flaw::Draft(|draft| {
                push(draft, one_step(|_| ()));
                draft.section(UNDO).plaintext[16..24].fill(0xff);
            }),
        ),
    ]
}
