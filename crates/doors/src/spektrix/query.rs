//! Query parameters: keys in any case, `%24expand` as `$expand`.

use super::customer_object::Expand;

/// The decoded parameters of a raw query string.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what follows the `?`. Anything can be read; broken escapes stay as they are.
    pub fn parse(raw: &str) -> Self {
        Self(form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The first value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.as_str())
    }

    /// `$expand`.
    pub fn expand(&self) -> Expand {
        self.get("$expand").map(Expand::parse).unwrap_or_default()
    }

    /// The addresses that a parameter may mean, likeliest first; `None` when there is none. Most clients send the address
    /// unencoded, so that the `+` in it is read as a space: both are tried.
    pub fn emails(&self, key: &str) -> Option<Vec<String>> {
        let email = self.get(key)?.trim();
        if email.is_empty() {
            return None;
        }
        let mut all = vec![email.to_owned()];
        if email.contains(' ') {
            all.push(email.replace(' ', "+"));
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_any_case_and_encoding() {
        for raw in ["$expand=tags", "%24expand=tags", "x=1&%24EXPAND=Tags", "$Expand=1,tags"] {
            assert!(Query::parse(raw).expand().tags, "{raw}");
        }
        assert_eq!(Query::parse("").get("email"), None);
        assert_eq!(Query::parse("email=%zz%00%ff").get("EMAIL"), Some("%zz\0\u{fffd}"));
    }

    #[test]
    fn a_raw_plus_is_tried_too() {
        let emails = |raw| Query::parse(raw).emails("email");
        assert_eq!(emails("email=a@b.co"), Some(vec!["a@b.co".into()]));
        assert_eq!(emails("Email=a%40b.co"), Some(vec!["a@b.co".into()]));
        assert_eq!(emails("email=a+x@b.co"), Some(vec!["a x@b.co".into(), "a+x@b.co".into()]));
        assert_eq!(emails("email=a%2Bx@b.co"), Some(vec!["a+x@b.co".into()]));
        assert_eq!(emails("email=%20"), None);
        assert_eq!(emails("mail=a@b.co"), None);
    }
}
