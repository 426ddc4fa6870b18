//! Random equations over random integers under random secrets: the result decrypts to the plain result.

use dashu_int::{IBig, UBig};
use e2e::{Cipher, Service, unique};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const CASES: usize = 24;
const SETS: [&str; 3] = ["a", "b_2", "_c"];
const UNITS: usize = 4;
const ENCODINGS: [&str; 4] = ["number", "base64", "decimal", "hex"];

/// An equation that can also be evaluated on plain integers.
#[derive(Clone, Debug)]
enum Node {
    Constant(IBig),
    Set(usize),
    Sum(Box<Node>, Box<Node>),
    Difference(Box<Node>, Box<Node>),
    Product(Box<Node>, Box<Node>),
    Minus(Box<Node>),
}

impl Node {
    /// The equation as text, with parentheses around every sum and difference.
    fn text(&self) -> String {
        match self {
            Self::Constant(value) => value.to_string(),
            Self::Set(place) => SETS[*place].to_owned(),
            Self::Sum(a, b) => format!("({} + {})", a.text(), b.text()),
            Self::Difference(a, b) => format!("({}-{})", a.text(), b.text()),
            Self::Product(a, b) => format!("{} * {}", a.text(), b.text()),
            Self::Minus(a) => format!("-{}", a.text()),
        }
    }

    fn value(&self, of: &[IBig]) -> IBig {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Set(place) => of[*place].clone(),
            Self::Sum(a, b) => a.value(of) + b.value(of),
            Self::Difference(a, b) => a.value(of) - b.value(of),
            Self::Product(a, b) => a.value(of) * b.value(of),
            Self::Minus(a) => -a.value(of),
        }
    }

    fn degree(&self) -> u32 {
        match self {
            Self::Constant(_) => 0,
            Self::Set(_) => 1,
            Self::Sum(a, b) | Self::Difference(a, b) => a.degree().max(b.degree()),
            Self::Product(a, b) => a.degree() + b.degree(),
            Self::Minus(a) => a.degree(),
        }
    }
}

fn natural(bytes: usize) -> impl Strategy<Value = IBig> {
    proptest::collection::vec(any::<u8>(), 0..=bytes).prop_map(|bytes| IBig::from(UBig::from_be_bytes(&bytes)))
}

fn integer(bytes: usize) -> impl Strategy<Value = IBig> {
    (natural(bytes), any::<bool>()).prop_map(|(value, negative)| if negative { -value } else { value })
}

fn equation() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![1 => natural(12).prop_map(Node::Constant), 3 => (0..SETS.len()).prop_map(Node::Set)];
    let node = leaf.prop_recursive(4, 12, 2, |inner| {
        let two = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            two().prop_map(|(a, b)| Node::Sum(a, b)),
            two().prop_map(|(a, b)| Node::Difference(a, b)),
            two().prop_map(|(a, b)| Node::Product(a, b)),
            inner.prop_map(|a| Node::Minus(Box::new(a))),
        ]
    });
    // At least one set, and at most the allowed degree.
    node.prop_map(|node| Node::Sum(Box::new(node), Box::new(Node::Set(0))))
        .prop_filter("the degree is bounded", |node| node.degree() <= 8)
}

#[derive(Clone, Debug)]
struct Case {
    cipher: Cipher,
    values: Vec<Vec<IBig>>,
    equation: Node,
}

fn case() -> impl Strategy<Value = Case> {
    let secrets = (natural(64), natural(40), 0..ENCODINGS.len());
    let cipher = secrets.prop_map(|(m, p, encoding)| Cipher { m: m + IBig::ONE, p, encoding: ENCODINGS[encoding] });
    let values = proptest::collection::vec(proptest::collection::vec(integer(40), UNITS), SETS.len());
    (cipher, values, equation()).prop_map(|(cipher, values, equation)| Case { cipher, values, equation })
}

#[tokio::test]
async fn every_equation_decrypts_to_its_plain_value() {
    let service = Service::running();
    let account = service.signup().await;
    let mut runner = TestRunner::default();
    for _ in 0..CASES {
        let Case { cipher, values, equation } = case().new_tree(&mut runner).unwrap().current();
        let session = unique("session");
        for (name, values) in SETS.iter().zip(&values) {
            let body = format!(
                r#"{{"session_id":"{session}","set_id":"{name}","encoding":"{}","integers":{}}}"#,
                cipher.encoding,
                cipher.set(values)
            );
            let call = service.post("/integers/set/").bearer(&account.access).body("application/json", body);
            let stored = call.send().await.with_status(201);
            let plain: Vec<(u64, IBig)> = (0..).zip(values.iter().cloned()).collect();
            assert_eq!(cipher.values(&stored), plain, "a set decrypts to its plain values");
        }
        let text = equation.text();
        let body = serde_json::json!({"session_id": session, "equation": text});
        let call = service.post("/integers/operation/").bearer(&account.access).json(&body);
        let answer = call.send().await.with_status(201);
        let plain = |place: usize| equation.value(&values.iter().map(|set| set[place].clone()).collect::<Vec<_>>());
        let expected: Vec<(u64, IBig)> = (0..).zip((0..UNITS).map(plain)).collect();
        assert_eq!(cipher.values(&answer), expected, "{text} under {cipher:?} of {values:?}");
    }
}
