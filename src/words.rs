//! Closed lists of words that forms, files, pages and the database share.

/// Declares an enum that forms, files and the database write alike.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type, serde::Deserialize)]
        #[sqlx(type_name = "TEXT", rename_all = "snake_case")]
        pub enum $name { $(#[sqlx(rename = $word)] #[serde(rename = $word)] $variant,)+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// As forms, files and the database write it.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            pub fn read(text: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|it| it.as_str() == text.trim())
            }

            /// As pages and printed lists say it.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }

            /// Word and label of each, for the choices of a form.
            pub fn choices() -> Vec<(&'static str, &'static str)> {
                $name::ALL.iter().map(|it| (it.as_str(), it.label())).collect()
            }
        }
    };
}
pub(crate) use words;
