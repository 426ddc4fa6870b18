//! A table of texts in many scripts, with the tags and the mentions in each.

use std::collections::HashMap;

use crate::{NameKey, Tag, TweetText};

/// The usernames that somebody has.
const NAMES: &[&str] = &[
    "ada",
    "the.finch",
    "wren",
    "dot.",
    "plus+",
    "minus-",
    "in-the.mid+dle",
    "山田",
    "山田さん",
    "हिन्दी",
    "علی",
    "김철수",
    "ada@example.com",
    "ünï-1",
    "ไทย",
    "ада",
    "robin",
    "a_b",
    "fish",
    "straße",
    "_",
    "1",
    "josé",
    "Ελλη",
    "דוד",
    "தமிழ்",
    "李",
    "መለስ",
];

/// A text, its tags, and the names that it mentions.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const TAGS: &[Row] = &[
    ("#Rust, #rust #ＲＵＳＴ and #Straße!", &["rust", "strasse"], &[]),
    ("#été #ÉTÉ #e\u{301}te\u{301}", &["été"], &[]),
    ("＃日本語 ﹟日本", &["日本語", "日本"], &[]),
    ("今日は#東京タワーへ行く", &["東京タワーへ行く"], &[]),
    ("今日は #東京。明日は#大阪、", &["東京", "大阪"], &[]),
    ("#スター・ウォーズ #ﾊﾘｰ･ﾎﾟｯﾀｰ", &["スター・ウォーズ", "ハリー・ポッター"], &[]),
    ("#おわり・ #・はじめ", &["おわり"], &[]),
    ("#col·lecció #L·L #fi· #·no", &["col·lecció", "l·l", "fi"], &[]),
    ("#नमस्ते दुनिया #हिन्दी।", &["नमस्ते", "हिन्दी"], &[]),
    ("#ক্রিকেট #বাংলা", &["ক্রিকেট", "বাংলা"], &[]),
    ("#தமிழ் #தமிழ்நாடு", &["தமிழ்", "தமிழ்நாடு"], &[]),
    ("#ประเทศไทย #น้ำ", &["ประเทศไทย", "น\u{e49}\u{e4d}า"], &[]),
    ("#မြန်မာ #ខ្មែរ #ລາວ", &["မြန်မာ", "ខ្មែរ", "ລາວ"], &[]),
    ("#ශ්\u{200d}රී #ලංකා", &["ශ්රී", "ලංකා"], &[]),
    ("#نرم\u{200c}افزار، #ایران", &["نرمافزار", "ایران"], &[]),
    ("#می\u{200c}خواهم\u{200c} بروم", &["میخواهم"], &[]),
    ("#العربية؟ #مُحَمَّد", &["العربية", "مُحَمَّد"], &[]),
    ("#עברית #שָׁלוֹם!", &["עברית", "שָׁלוֹם"], &[]),
    ("#Привет,мир #ёлка #ЁЛКА", &["привет", "ёлка"], &[]),
    ("#Ελλάδα #ΟΔΥΣΣΕΥΣ", &["ελλάδα", "οδυσσευσ"], &[]),
    ("#한국어 #서울은", &["한국어", "서울은"], &[]),
    ("#አማርኛ። #ᏣᎳᎩ #ⵜⴰⵎⴰⵣⵉⵖⵜ", &["አማርኛ", "ᏣᎳᎩ", "ⵜⴰⵎⴰⵣⵉⵖⵜ"], &[]),
    ("#հայերեն #ქართული #ພາສາ", &["հայերեն", "ქართული", "ພາສາ"], &[]),
    ("#việt #tiếngviệt #İstanbul", &["việt", "tiếngviệt", "i\u{307}stanbul"], &[]),
    ("#葛\u{e0100}城市", &["葛城市"], &[]),
    ("#ᠮᠣᠩ\u{180b}ᠭᠣᠯ", &["ᠮᠣᠩᠭᠣᠯ"], &[]),
    ("a#b 1#b _#b", &[], &[]),
    ("é#b は#c (#d) \"#e\" -#f /#g .#h", &["b", "c", "d", "e", "f", "g", "h"], &[]),
    ("#2026 #١٢٣ #１２ #१२३ #_ #_1_", &[], &[]),
    ("#2026年 #x_1 #1st #7_eleven", &["2026年", "x_1", "1st", "7_eleven"], &[]),
    ("#a-b #c+d #e.f #g'h", &["a", "c", "e", "g"], &[]),
    ("#-a #+a #.a # a ##", &[], &[]),
    ("Press #\u{fe0f}\u{20e3} or 1\u{fe0f}\u{20e3}", &[], &[]),
    ("#1\u{fe0f}\u{20e3} #\u{20e3}", &[], &[]),
    ("#\u{fe0f}tag", &["tag"], &[]),
    ("#💩 #rust🦀 #🦀rust #❤\u{fe0f}", &["rust"], &[]),
    ("#\u{3164} #\u{200b}a #\u{200d}b", &[], &[]),
    ("#one#two", &["one"], &[]),
    ("#日本#東京", &["日本", "東京"], &[]),
    ("&#39; &#x;", &["x"], &[]),
];

const LINKS: &[Row] = &[
    ("https://example.com/#intro #outro", &["outro"], &[]),
    ("https://example.com#intro", &[], &[]),
    ("see https://example.org/?from=@ada", &[], &[]),
    ("see https://example.org/?from=@ada&x=#tag", &[], &[]),
    ("https://example.org/@ada", &[], &[]),
    ("https://example.org/a/(@ada)", &[], &[]),
    ("(https://example.org/@ada) @ada", &[], &["ada"]),
    ("example.org/@ada", &[], &[]),
    ("example.org/?q=#tag", &[], &[]),
    ("www.example.org?x=@ada,#tag", &[], &[]),
    ("HTTPS://EXAMPLE.ORG/@ada", &[], &[]),
    ("http://localhost:9000/@ada", &[], &[]),
    ("http://127.0.0.1/@ada", &[], &[]),
    ("https://user@host.example/ @wren", &[], &["wren"]),
    ("ftp://example.org/@ada", &[], &[]),
    ("[x](https://example.org/@ada)@wren", &[], &["wren"]),
    ("https://example.org/#/@ada/#tag", &[], &[]),
    ("https://example.org/＠ada/＃tag", &[], &[]),
    ("見てhttps://example.org/?x=@ada", &[], &[]),
    ("https://ja.example.org/wiki/日本#歴史 #歴史", &["歴史"], &[]),
    ("https://de.example.org/wiki/Straße#Übersicht", &[], &[]),
    ("https://ca.example.org/wiki/Col·lecció#Història", &[], &[]),
    ("https://例え.jp/@ada と @wren", &[], &["wren"]),
    ("https://пример.рф/?q=#тег #тег", &["тег"], &[]),
    ("https://example.org/x\u{3000}@ada", &[], &["ada"]),
    ("「https://example.org/x」@ada", &[], &["ada"]),
    ("https://example.org/x、@adaさん", &[], &["ada"]),
    ("https://example.org/x。#東京", &["東京"], &[]),
    ("https://example.org/x\n@ada", &[], &["ada"]),
    ("https://example.org/x\u{200b}#tag", &["tag"], &[]),
    ("https://example.org/x\u{a0}#tag", &["tag"], &[]),
    ("https://example.org/%D8%A7#ب", &[], &[]),
    ("wren@example.com ada@example.com", &[], &[]),
    ("mailto:wren@example.com", &[], &[]),
    ("1.5/@ada e.g. @wren", &[], &["ada", "wren"]),
];

const MENTIONS: &[Row] = &[
    ("@Ada, ask @the.finch. Or @ADA?", &[], &["ada", "the.finch"]),
    ("(@ünï-1) [@ada] {@wren} \"@robin\"", &[], &["ünï-1", "ada", "wren", "robin"]),
    ("＠ada ＠ａｄａ @ＡＤＡ", &[], &["ada"]),
    ("こんにちは@ada 元気?", &[], &["ada"]),
    ("谢谢@ada !", &[], &["ada"]),
    ("@adaさん、ありがとう", &[], &["ada"]),
    ("@ada様@wrenさん", &[], &["ada", "wren"]),
    ("@山田さん", &[], &["山田さん"]),
    ("@山田くん", &[], &["山田"]),
    ("@李先生", &[], &[]),
    ("@ada님 안녕", &[], &["ada"]),
    ("안녕@ada씨", &[], &["ada"]),
    ("@김철수 님", &[], &["김철수"]),
    ("สวัสดี@adaครับ", &[], &["ada"]),
    ("@ไทย @ไทยada", &[], &["ไทย"]),
    ("привет@ada", &[], &["ada"]),
    ("@ада @adaу", &[], &["ада", "ada"]),
    ("é@ada", &[], &["ada"]),
    ("नमस्ते @हिन्दी। @हिन्दीji", &[], &["हिन्दी"]),
    ("سلام@ada، @علی\u{200c}جان", &[], &["ada", "علی"]),
    ("@דוד!", &[], &["דוד"]),
    ("@தமிழ்.", &[], &["தமிழ்"]),
    ("@መለስ።", &[], &["መለስ"]),
    ("@Ελλη; @ΕΛΛΗ", &[], &["ελλη"]),
    ("@josé @JOSE\u{301}", &[], &["josé"]),
    ("@STRASSE @straße", &[], &["strasse"]),
    ("@\u{fb01}sh", &[], &["fish"]),
    ("@dot. @dot", &[], &["dot."]),
    ("@ada. @ada.. @ada-", &[], &["ada"]),
    ("@plus+ @plus", &[], &["plus+"]),
    ("@minus- @minus", &[], &["minus-"]),
    ("@in-the.mid+dle.", &[], &["in-the.mid+dle"]),
    ("@ada.wren @ada-wren @ada+wren @ada_wren", &[], &[]),
    ("@ada's @ada: @ada! @ada…", &[], &["ada"]),
    ("a@ada 1@ada _@ada", &[], &[]),
    (".@ada -@wren /@robin", &[], &["ada", "wren", "robin"]),
    ("@wren@example.com @ada@example.com", &[], &["ada@example.com"]),
    ("@robin@ (@ada)", &[], &["robin", "ada"]),
    ("@ @. @+ @-- @ ada", &[], &[]),
    ("@_ @1", &[], &["_", "1"]),
    ("@a_b, @a_bさん", &[], &["a_b"]),
    ("@nobody @ada\u{200b}x", &[], &["ada"]),
    ("@ada🦀 🦀@wren", &[], &["ada", "wren"]),
    ("@ada#tag #tag@wren", &["tag"], &["ada"]),
    ("#日本@ada", &["日本"], &["ada"]),
    ("@ada/@wren @ada,@robin", &[], &["ada", "wren", "robin"]),
];

fn rows() -> impl Iterator<Item = &'static Row> {
    TAGS.iter().chain(LINKS).chain(MENTIONS)
}

#[test]
fn tags_are_found_in_texts_of_every_script() {
    for (text, tags, _) in rows() {
        let found = TweetText::parse(text).unwrap_or_default().tags();
        assert_eq!(found.iter().map(Tag::as_str).collect::<Vec<_>>(), *tags, "{text}");
    }
}

#[test]
fn mentions_are_found_in_texts_of_every_script() {
    let owners: HashMap<NameKey, &str> = NAMES.iter().map(|name| (NameKey::of(name), *name)).collect();
    for (text, _, names) in rows() {
        let mut found: Vec<String> = Vec::new();
        for mention in TweetText::parse(text).unwrap_or_default().mentions() {
            assert!((1..=3).contains(&mention.candidates().len()), "{text}");
            let name = mention.owner(&owners).map(|name| NameKey::of(name).as_str().to_owned());
            found.extend(name.filter(|name| !found.contains(name)));
        }
        assert_eq!(found, *names, "{text}");
    }
}

#[test]
fn a_text_has_twenty_distinct_tags_and_mentions_at_most() {
    let text: String = (0..30).map(|n| format!("#t{n} @u{n} ")).collect();
    let text = TweetText::parse(&text).unwrap_or_default();
    assert_eq!((text.tags().len(), text.mentions().len()), (20, 20));
    let same = TweetText::parse(&"@ada #tag ".repeat(28)).unwrap_or_default();
    assert_eq!((same.tags().len(), same.mentions().len()), (1, 1));
}

#[test]
fn a_tag_is_read_alike_from_a_url_and_from_a_text() {
    assert_eq!(Tag::parse("Rust"), Tag::parse("#rust"));
    assert_eq!(Tag::parse("نرم\u{200c}افزار"), Tag::parse("＃نرم\u{200c}افزار"));
    for (text, tags, _) in TAGS.iter().filter(|(_, tags, _)| !tags.is_empty()) {
        for tag in *tags {
            assert_eq!(Tag::parse(tag).as_ref().map(Tag::as_str), Some(*tag), "{text}");
        }
    }
    let long = [&"a".repeat(281), &"𒀀".repeat(279), &"\u{fdfa}".repeat(100_000)];
    for wrong in ["", "#", "a b", "a-b", "12", "\u{fe0f}\u{20e3}", "a\u{200d}", "\u{200c}a", "a/b"] {
        assert_eq!(Tag::parse(wrong), None, "{wrong}");
    }
    assert!(long.iter().all(|long| Tag::parse(long).is_none()));
}
