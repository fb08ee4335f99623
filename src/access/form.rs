//! The forms at the door.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    pub login: String,
    pub password: String,
    /// Where to go afterwards.
    pub next: String,
}

impl SignInForm {
    /// The page to go to: one of ours, or the first.
    pub fn target(&self) -> &str {
        let ours = self.next.starts_with('/')
            && !self.next.starts_with("//")
            && !self.next.contains('\\')
            && !self.next.chars().any(char::is_control);
        if ours { &self.next } else { "/" }
    }
}

/// A new password, twice; for the first administrator with a login and a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    pub login: String,
    pub display_name: String,
    pub old: String,
    pub password: String,
    pub again: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        let target = |next: &str| {
            let form = SignInForm { next: next.to_owned(), ..SignInForm::default() };
            form.target().to_owned()
        };
        assert_eq!(target("/units/a?on=2024-12-31"), "/units/a?on=2024-12-31");
        assert_eq!(target("//evil.example"), "/");
        assert_eq!(target("/\\evil.example"), "/");
        assert_eq!(target("https://evil.example"), "/");
    }
}
