//! The columns of the tables that `classify` writes.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields};

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn number(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, false)
}

fn list(name: &str, fields: Vec<Field>) -> Field {
    let item = Field::new("item", DataType::Struct(Fields::from(fields)), true);
    Field::new(name, DataType::List(Arc::new(item)), true)
}

/// A row a block: [`crate::formats::BlockRecord`].
pub(super) fn blocks(with_text: bool, with_reasons: bool) -> Vec<Field> {
    let mut fields = vec![
        text("id"),
        number("block", DataType::UInt64),
        number("start", DataType::UInt64),
        number("end", DataType::UInt64),
        text("label"),
        text("kind"),
        number("score", DataType::Float32),
        list(
            "parts",
            vec![
                number("start", DataType::UInt64),
                number("end", DataType::UInt64),
                text("label"),
                text("kind"),
                number("score", DataType::Float32),
            ],
        ),
        text("path"),
    ];
    if with_text {
        fields.push(text("text"));
    }
    if with_reasons {
        let ends = vec![number("start", DataType::UInt64), number("end", DataType::UInt64)];
        let reason = vec![
            text("feature"),
            text("word"),
            Field::new("range", DataType::Struct(Fields::from(ends)), true),
            number("value", DataType::Float32),
            number("contribution", DataType::Float32),
        ];
        fields.push(list("reasons", reason));
    }
    fields
}

/// A row a page: [`crate::formats::PageRecord`].
pub(super) fn pages() -> Vec<Field> {
    vec![
        text("id"),
        number("blocks", DataType::UInt64),
        number("bytes", DataType::UInt64),
        number("junk_blocks", DataType::UInt64),
        number("junk_bytes", DataType::UInt64),
        number("junk_share", DataType::Float64),
        text("label"),
        text("kind"),
        number("score", DataType::Float64),
    ]
}

/// What `--columns` adds.
pub(super) fn columns() -> Vec<Field> {
    let span = vec![
        number("start", DataType::UInt64),
        number("end", DataType::UInt64),
        text("kind"),
        number("score", DataType::Float32),
    ];
    vec![
        text("tamis_label"),
        number("tamis_score", DataType::Float64),
        number("tamis_junk_share", DataType::Float64),
        list("tamis_junk", span),
    ]
}
