//! Small files whose decoding takes more memory or time than the function has: they are rejected, and the function
//! lives.

use aviary_store::MediaState;
use e2e::jpeg;

use crate::fixture::{Fixture, Process};

/// Bits as VP8L has them: the lowest of each byte first.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn add(&mut self, value: u32, bits: u32) {
        self.0.extend((0..bits).map(|bit| value >> bit & 1 == 1));
    }

    /// A prefix code with one symbol.
    fn simple_code(&mut self, symbol: u32) {
        [(1, 1), (0, 1), (1, 1), (symbol, 8)].into_iter().for_each(|(value, bits)| self.add(value, bits));
    }

    /// A prefix code with eleven symbols whose longest has ten bits, for which a decoder makes a large table.
    fn long_code(&mut self) {
        self.add(0, 1);
        // The lengths of the codes of lengths: three bits for the lengths 1 to 6, four for 7 to 10.
        self.add(10, 4);
        let order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10];
        for length in order {
            self.add(if (1..=6).contains(&length) { 3 } else { u32::from((7..=10).contains(&length)) * 4 }, 3);
        }
        [(1, 1), (1, 3), (9, 4)].into_iter().for_each(|(value, bits)| self.add(value, bits));
        for length in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10_u32] {
            // Canonical codes, the highest bit first.
            let (code, bits) = if length <= 6 { (length - 1, 3) } else { (12 + length - 7, 4) };
            (0..bits).rev().for_each(|bit| self.add(code >> bit, 1));
        }
    }
}

/// A WebP of 16 by 16 pixels with so many groups of prefix codes, of which its pixels use one.
fn webp_with_groups(groups: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    for (value, length) in [(15, 14), (15, 14), (0, 1), (0, 3), (0, 1), (0, 1), (1, 1), (2, 3), (0, 1)] {
        bits.add(value, length);
    }
    // The picture that says which block uses which group has one pixel; its green and red are the number.
    let last = groups - 1;
    [last & 255, last >> 8, 0, 0, 0].into_iter().for_each(|symbol| bits.simple_code(symbol));
    let mut group = Bits::default();
    (0..5).for_each(|_| group.long_code());
    (0..groups).for_each(|_| bits.0.extend(&group.0));
    bits.0.extend([false; 4_096]);
    let mut data = vec![0x2F];
    data.extend(bits.0.chunks(8).map(|byte| byte.iter().rev().fold(0, |sum, bit| sum << 1 | u8::from(*bit))));
    data.resize(data.len().next_multiple_of(2), 0);
    let length = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
    [&b"RIFF"[..], &length(data.len() + 12), b"WEBPVP8L", &length(data.len()), &data].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_much_memory_is_rejected_and_the_function_goes_on() {
    let fixture = Fixture::start();
    let mut process = Process::undisturbed(&fixture);
    let check = async |process: &mut Process, content_type: &str, file: Vec<u8>| {
        let uploaded = fixture.uploaded(content_type, file).await;
        let done = process.hand(&uploaded.event);
        (done, fixture.item(&uploaded).await.unwrap())
    };
    let (done, item) = check(&mut process, "image/webp", webp_with_groups(3)).await;
    assert_eq!((done.as_deref(), item.state, item.reason), (Some("ready"), MediaState::Ready, None));
    // A decoder takes some 20 KB for each group.
    let (done, item) = check(&mut process, "image/webp", webp_with_groups(40_000)).await;
    assert_eq!((done.as_deref(), item.state), (Some("rejected"), MediaState::Rejected));
    assert!(item.reason.unwrap().contains("Save it smaller"));
    let (_, event) = fixture.tweet_with_picture(webp_with_groups(40_000)).await;
    assert_eq!(process.hand(&event).as_deref(), Some("no thumbnail"));
    let (done, _) = check(&mut process, "image/jpeg", jpeg(90, 60, 1)).await;
    assert_eq!(done.as_deref(), Some("ready"));
}
