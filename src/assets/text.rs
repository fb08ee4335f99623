//! What people read in a script or a style sheet and browsers do not, taken out.

/// A script without its comments, which stand on lines of their own, without what its lines are
/// indented by, and without spaces that part nothing. Its texts stand between single quotes.
pub fn bare_script(script: &str) -> String {
    bare(script, tight)
}

/// Likewise a style sheet, in which a space may be a part of a rule.
pub fn bare_style(css: &str) -> String {
    bare(css, str::to_owned)
}

fn bare(text: &str, written: fn(&str) -> String) -> String {
    let mut bare = String::new();
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            bare.push_str(&written(line));
            // Behind these another line might as well go on.
            if !line.ends_with([';', '{', '}', ',', '(']) {
                bare.push('\n');
            }
        }
        in_comment &= !line.ends_with("*/");
    }
    bare
}

/// A line of a script without the spaces beside its signs, but for those that might be doubled.
fn tight(line: &str) -> String {
    let is_sign = |it: char| "=<>?:&|,;(){}[]!*".contains(it);
    let mut tight = String::with_capacity(line.len());
    for (at, piece) in line.split('\'').enumerate() {
        if at > 0 {
            tight.push('\'');
        }
        let is_text = at % 2 == 1;
        let mut letters = piece.chars().peekable();
        while let Some(letter) = letters.next() {
            let is_beside = |it: Option<char>| it.is_some_and(is_sign);
            let parts_nothing =
                is_beside(tight.chars().last()) || is_beside(letters.peek().copied());
            if is_text || letter != ' ' || !parts_nothing {
                tight.push(letter);
            }
        }
    }
    tight
}

/// A style sheet with the widths and heights of its queries, in rem, so many times as large.
pub fn with_breaks_at(css: &str, times: f64) -> String {
    let mut changed = String::with_capacity(css.len());
    for (at, part) in css.split("@media").enumerate() {
        // What stands between the word and its brace is the query.
        let (query, rest) =
            if at == 0 { ("", part) } else { part.split_at(part.find('{').unwrap_or(0)) };
        if at > 0 {
            changed.push_str("@media");
        }
        for (at, piece) in query.split_inclusive(':').enumerate() {
            let length = piece.split_once("rem)").filter(|_| at > 0);
            match length.and_then(|(number, more)| Some((number.parse::<f64>().ok()?, more))) {
                Some((number, more)) => {
                    changed.push_str(&(number * times).to_string());
                    changed.push_str("rem)");
                    changed.push_str(more);
                }
                None => changed.push_str(piece),
            }
        }
        changed.push_str(rest);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::find;

    #[test]
    fn a_script_is_served_without_what_people_read() {
        let script = "/* What\n   it is. */\n  go('/* here */', a ? 'b = c' : d + +e);\n  // Why.\n\n  \
                      /** How. */\n  b = c\n    .d((it) => { it = -it; });\n";
        let bare = "go('/* here */',a?'b = c':d + +e);b=c\n.d((it)=>{it=-it;});";
        assert_eq!(bare_script(script), bare);
        let style = "/* Why. */\n@media screen and (min-width:1rem){\n a > b{c:d e}\n}\n";
        assert_eq!(bare_style(style), "@media screen and (min-width:1rem){a > b{c:d e}}");
    }

    /// What the taking out of spaces relies on.
    #[test]
    fn scripts_are_written_so_that_a_line_can_be_read_alone() {
        for script in ["app.js", "forms.js", "roll.js", "sw.js"] {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/static/");
            let text = std::fs::read_to_string(folder.to_owned() + script).unwrap();
            let mut in_comment = false;
            for line in text.lines().map(str::trim) {
                in_comment |= line.starts_with("/*");
                if !in_comment && !line.starts_with("//") {
                    assert_eq!(line.matches('\'').count() % 2, 0, "{script}: {line}");
                    assert!(
                        !["\\'", "`", " //"].iter().any(|it| line.contains(it)),
                        "{script}: {line}"
                    );
                }
                in_comment &= !line.ends_with("*/");
            }
        }
    }

    #[test]
    fn breaks_move_with_the_letters_and_nothing_else_does() {
        let css = String::from_utf8_lossy(&find("site.css").unwrap().bytes);
        let largest = with_breaks_at(&css, 2.0);
        assert!(largest.contains("@media (min-width:96rem){"), "48rem, twice");
        assert!(largest.contains("@media screen and (max-width:95.98rem){"), "47.99rem, twice");
        let without_queries = |css: &str| {
            let parts = css.split("@media").enumerate();
            let parts =
                parts.map(|(at, it)| if at == 0 { it } else { &it[it.find('{').unwrap()..] });
            parts.collect::<String>()
        };
        assert_eq!(without_queries(&largest), without_queries(&css));
        assert_eq!(with_breaks_at(&css, 1.0), css);
    }
}
