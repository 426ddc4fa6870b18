//! Unicode: normal forms, case folding, and the properties of characters that the rules of names and texts ask for.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{
    BidiControl, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, Script, XidContinue,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The text in NFC.
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// The text in NFKC.
pub(crate) fn nfkc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// The text in the form NFKC_Casefold: two texts that differ only in case, in their Unicode form or in invisible
/// characters have the same one (The Unicode Standard, section 3.13, D145 and D146).
pub(crate) fn nfkc_casefold(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_ignorable(*c)).collect();
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(&visible);
    // What NFKC makes of a folded text may have to be folded again.
    let once = folded(&decomposed);
    folded(&once)
}

fn folded(text: &str) -> String {
    nfkc(&CaseMapper::new().fold_string(text)).into_owned()
}

/// Is it a character that a reader is not to see by itself, such as a joiner, a filler or a variation selector?
pub(crate) fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Does a reader see it? White space, controls and the braille pattern without dots are blank too.
pub(crate) fn is_visible(c: char) -> bool {
    let is_blank = c.is_whitespace() || c.is_control() || matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffb}');
    !is_blank && !is_ignorable(c)
}

/// Does it change the direction of the text around it?
pub(crate) fn is_bidi_control(c: char) -> bool {
    CodePointSetData::new::<BidiControl>().contains(c)
}

/// May it stand in an identifier, but not necessarily at its beginning (UAX #31)?
pub(crate) fn continues_identifier(c: char) -> bool {
    CodePointSetData::new::<XidContinue>().contains(c)
}

pub(crate) fn is_letter(c: char) -> bool {
    GeneralCategoryGroup::Letter.contains(category(c))
}

/// Is it a combining mark, such as a vowel sign?
pub(crate) fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(c))
}

/// Is it a decimal digit of any script?
pub(crate) fn is_digit(c: char) -> bool {
    category(c) == GeneralCategory::DecimalNumber
}

/// Does it join words as `_` does?
pub(crate) fn is_connector(c: char) -> bool {
    category(c) == GeneralCategory::ConnectorPunctuation
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// The beginning of a text that is written in one script. Characters that belong to no single script, such as digits
/// and marks, go with any.
pub(crate) fn beginning_in_one_script(text: &str) -> &str {
    let scripts = CodePointMapData::<Script>::new();
    let mut first = None;
    let end = text.char_indices().find(|(_, c)| {
        let script = scripts.get(*c);
        let goes_with_any = matches!(script, Script::Common | Script::Inherited);
        !goes_with_any && *first.get_or_insert(script) != script
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_form_and_invisible_characters_make_no_difference() {
        for (text, folded) in [
            ("Straße", "strasse"),
            ("ＳＴＲＡẞＥ", "strasse"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("e\u{301}", "é"),
            ("a\u{ad}d\u{200b}a\u{3164}", "ada"),
            ("e\u{200d}\u{301}", "é"),
            ("\u{fb01}sh", "fish"),
            ("Ⅷ", "viii"),
            // A folded text that folds once more.
            ("\u{3a9}\u{345}", "ωι"),
        ] {
            assert_eq!(nfkc_casefold(text), folded, "{text}");
            assert_eq!(nfkc_casefold(folded), folded, "{text}");
        }
    }

    #[test]
    fn a_beginning_ends_where_another_script_begins() {
        for (text, beginning) in [
            ("adaさん", "ada"),
            ("ada_1さん", "ada_1"),
            ("1ada", "1ada"),
            ("山田さん", "山田"),
            ("ada님", "ada"),
            ("адаada", "ада"),
            ("हिन्दीji", "हिन्दी"),
            ("", ""),
        ] {
            assert_eq!(beginning_in_one_script(text), beginning);
        }
    }

    #[test]
    fn fillers_joiners_and_blank_patterns_are_invisible() {
        for c in
            "\u{200b}\u{3164}\u{115f}\u{ffa0}\u{2800}\u{ad}\u{fe0f}\u{e0020}\u{2060}\u{180e}\t\u{3000}\u{85}".chars()
        {
            assert!(!is_visible(c), "{c:?}");
        }
        for c in ".a♥한\u{301}".chars() {
            assert!(is_visible(c), "{c:?}");
        }
    }
}
