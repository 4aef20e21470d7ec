//! The body of a v1 import: `<Contacts><Contact><FieldName>text</FieldName>…` read row by row, so that its length does
//! not matter (reference, section 12). No document type, no entities but the five of XML, no nesting.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::decoded::{Decoded, encoding_marked, encoding_named, utf_8};

/// The longest text, tag or comment.
const LONGEST: usize = 1024 * 1024;
/// How much of the beginning the XML declaration may take.
const HEAD: usize = 1024;

/// Why a body is no list of contacts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum XmlFault<E> {
    /// It is no XML, or XML of another shape; in words.
    Broken(String),
    /// An element that is no field.
    UnknownElement(String),
    /// No contact has an address.
    NoAddress,
    /// The taker of rows refused one.
    Row(E),
}

/// Reads no more than [`LONGEST`] between two events, so that nothing endless is held in memory.
struct Watched<R> {
    source: R,
    since: Arc<AtomicUsize>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let length = self.source.read(to)?;
        if self.since.fetch_add(length, Ordering::Relaxed) > LONGEST {
            return Err(Error::new(ErrorKind::InvalidData, "a text, tag or comment is too long"));
        }
        Ok(length)
    }
}

/// Reads all contacts. `column` says where an element's text belongs, `row` takes the texts of one contact.
pub(super) fn read<C: Copy + PartialEq, E>(
    mut source: impl Read,
    address: C,
    mut column: impl FnMut(&str) -> Option<C>,
    mut row: impl FnMut(&[(C, &str)]) -> Result<(), E>,
) -> Result<(), XmlFault<E>> {
    let mut head = Vec::with_capacity(HEAD);
    source.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|e| XmlFault::Broken(e.to_string()))?;
    let encoding = match encoding_marked(&head) {
        Some(encoding) => encoding,
        None => match declared(&head) {
            Some(name) => {
                encoding_named(&name).ok_or_else(|| XmlFault::Broken(format!("the encoding {name} is not known")))?
            }
            None => utf_8(),
        },
    };
    let since = Arc::new(AtomicUsize::new(0));
    let decoded = Decoded::new(std::io::Cursor::new(head).chain(source), encoding);
    let watched = Watched { source: decoded, since: Arc::clone(&since) };
    let mut rows = Rows::default();
    let mut reader = Reader::from_reader(BufReader::with_capacity(64 * 1024, watched));
    reader.config_mut().expand_empty_elements = true;
    rows.all(&mut reader, &since, address, &mut column, &mut row)
}

/// The name in `<?xml … encoding="…"?>`, for texts whose declaration reads as ASCII.
fn declared(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let declaration = text.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let rest = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(rest[1..].split(quote).next()?.to_owned())
}

/// Where the reader is: outside, in `Contacts`, in a `Contact`, in a field of it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Depth {
    #[default]
    Outside,
    Contacts,
    Contact,
    Field,
    After,
}

struct Rows<C> {
    depth: Depth,
    columns: HashMap<String, C>,
    /// Texts of the contact's fields, one behind the other.
    texts: String,
    /// Where each begins.
    begins: Vec<(C, usize)>,
    seen_address: bool,
}

impl<C> Default for Rows<C> {
    fn default() -> Self {
        let (columns, begins) = (HashMap::new(), Vec::new());
        Self { depth: Depth::Outside, columns, texts: String::new(), begins, seen_address: false }
    }
}

impl<C: Copy + PartialEq> Rows<C> {
    fn all<E>(
        &mut self,
        reader: &mut Reader<impl BufRead>,
        since: &AtomicUsize,
        address: C,
        column: &mut impl FnMut(&str) -> Option<C>,
        row: &mut impl FnMut(&[(C, &str)]) -> Result<(), E>,
    ) -> Result<(), XmlFault<E>> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            since.store(0, Ordering::Relaxed);
            let event = reader.read_event_into(&mut buffer);
            let broken = |why: String| XmlFault::Broken(why);
            match event.map_err(|e| broken(e.to_string()))? {
                Event::Start(tag) => {
                    let name = tag.local_name();
                    let name: &str = name.as_ref();
                    self.open(name, address, column)?;
                }
                Event::End(_) => {
                    if self.depth == Depth::Contact {
                        let ends = self.begins.iter().skip(1).map(|(_, at)| *at).chain([self.texts.len()]);
                        let values: Vec<_> = self
                            .begins
                            .iter()
                            .zip(ends)
                            .map(|((c, at), end)| (*c, self.texts[*at..end].trim()))
                            .collect();
                        row(&values).map_err(XmlFault::Row)?;
                    }
                    self.depth = match self.depth {
                        Depth::Field => Depth::Contact,
                        Depth::Contact => Depth::Contacts,
                        _ => Depth::After,
                    };
                }
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content();
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(c)) => Some(c.to_string()),
                        Ok(None) => quick_xml::escape::resolve_xml_entity(&name).map(str::to_owned),
                        Err(error) => return Err(broken(error.to_string())),
                    };
                    let resolved = resolved.ok_or_else(|| broken(format!("the entity {name} is not known")))?;
                    self.text(&resolved)?;
                }
                Event::DocType(_) => return Err(broken("a document type is not taken".into())),
                Event::Eof => break,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
            }
        }
        match self.depth {
            Depth::After if self.seen_address => Ok(()),
            Depth::After => Err(XmlFault::NoAddress),
            Depth::Outside => Err(XmlFault::Broken("there is no Contacts element".into())),
            _ => Err(XmlFault::Broken("the text ends before its last element does".into())),
        }
    }

    fn open<E>(
        &mut self,
        name: &str,
        address: C,
        column: &mut impl FnMut(&str) -> Option<C>,
    ) -> Result<(), XmlFault<E>> {
        self.depth = match self.depth {
            Depth::Outside if name.eq_ignore_ascii_case("Contacts") => Depth::Contacts,
            Depth::Contacts if name.eq_ignore_ascii_case("Contact") => {
                self.texts.clear();
                self.begins.clear();
                Depth::Contact
            }
            Depth::Contact => {
                let known = self.columns.get(name).copied();
                let Some(found) = known.or_else(|| column(name)) else {
                    return Err(XmlFault::UnknownElement(name.chars().take(100).collect()));
                };
                if known.is_none() {
                    self.columns.insert(name.to_owned(), found);
                }
                self.seen_address |= found == address;
                self.begins.push((found, self.texts.len()));
                if self.begins.len() > 1000 {
                    return Err(XmlFault::Broken("a Contact has too many elements".into()));
                }
                Depth::Field
            }
            _ => {
                let name: String = name.chars().take(100).collect();
                return Err(XmlFault::Broken(format!("the element {name} does not belong there")));
            }
        };
        Ok(())
    }

    fn text<E>(&mut self, text: &str) -> Result<(), XmlFault<E>> {
        if self.depth == Depth::Field {
            self.texts.push_str(text);
            if self.texts.len() > LONGEST {
                return Err(XmlFault::Broken("a Contact is too long".into()));
            }
        } else if !text.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
            return Err(XmlFault::Broken("there is text outside any field".into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Result<Vec<Vec<(char, String)>>, XmlFault<()>>;

    fn all(text: &[u8]) -> Read {
        let mut rows = Vec::new();
        let column = |name: &str| match name {
            "EmailAddress" => Some('@'),
            "FirstName" => Some('f'),
            _ => None,
        };
        read(text, '@', column, |row| {
            rows.push(row.iter().map(|(c, t)| (*c, (*t).to_owned())).collect());
            Ok(())
        })
        .map(|()| rows)
    }

    #[test]
    fn contacts_are_read_row_by_row() {
        let text = b"<?xml version='1.0'?>\n<!-- hi --><Contacts xmlns:x='y'>\n <Contact><EmailAddress> a@b.cd </EmailAddress>\
            <FirstName>A &amp; <![CDATA[<B>]]> &#xe9;</FirstName></Contact><x:Contact><EmailAddress/></x:Contact></Contacts>\n";
        let rows = all(text).expect("contacts");
        assert_eq!(rows[0], [('@', "a@b.cd".to_owned()), ('f', "A & <B> \u{e9}".into())]);
        assert_eq!(rows[1], [('@', String::new())]);
        let latin =
            b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Contacts><Contact><EmailAddress>a@b.cd</EmailAddress>\
            <FirstName>Zo\xeb</FirstName></Contact></Contacts>";
        assert_eq!(all(latin).expect("contacts")[0][1].1, "Zo\u{eb}");
        let wide: Vec<u8> = "\u{feff}<Contacts><Contact><EmailAddress>z\u{eb}@b.cd</EmailAddress></Contact></Contacts>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(all(&wide).expect("contacts")[0][0].1, "z\u{eb}@b.cd");
    }

    #[test]
    fn what_is_no_list_of_contacts_is_refused() {
        let one = |inner: &str| format!("<Contacts><Contact><EmailAddress>{inner}</EmailAddress></Contact></Contacts>");
        let laughs = "<!DOCTYPE Contacts [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><Contacts><Contact>\
            <EmailAddress>&b;</EmailAddress></Contact></Contacts>";
        let comment = format!("<Contacts><!--{}", " > ".repeat(1_000_000));
        for text in [
            "",
            " ",
            "x",
            "{}",
            "<",
            "<Contacts>",
            "<Contacts><Contact>",
            "<Contacts></Contact>",
            "<Rows></Rows>",
            "<Contacts><Row/></Contacts>",
            "<Contacts/><Contacts/>",
            "<Contacts>text</Contacts>",
            laughs,
            &one("&unknown;"),
            &one("&#0;"),
            &one("&#xD800;"),
            &one("a & b"),
            &one("<b>x</b>"),
            &one("</x>"),
            &comment,
            &one(&"x".repeat(3_000_000)),
            "<?xml version=\"1.0\" encoding=\"klingon\"?><Contacts/>",
            "<?xml version=\"1.0\" encoding=\"utf-16\"?><Contacts><Contact><EmailAddress>a@b.cd</EmailAddress></Contact></Contacts>",
        ] {
            let found = all(text.as_bytes());
            assert!(matches!(found, Err(XmlFault::Broken(_))), "{}: {found:?}", text.get(..60).unwrap_or(text));
        }
        assert!(matches!(
            all(b"<Contacts><Contact><EmailAddress>\xff</EmailAddress></Contact></Contacts>"),
            Err(XmlFault::Broken(_))
        ));
        assert_eq!(all(b"<Contacts/>"), Err(XmlFault::NoAddress));
        assert_eq!(all(b"<Contacts><Contact><FirstName>x</FirstName></Contact></Contacts>"), Err(XmlFault::NoAddress));
        assert_eq!(
            all(b"<Contacts><Contact><Shoe>7</Shoe></Contact></Contacts>"),
            Err(XmlFault::UnknownElement("Shoe".into()))
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[<>/&;!a\\-\\[\\]?= \"'ContactsEmailAddress]{0,200}") {
            let _ = all(text.as_bytes());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _ = all(&bytes);
        }
    }
}
