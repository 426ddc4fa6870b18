//! A migration of a small world, while the old version goes on writing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use aviary_localaws::{Config, LocalAws};
use aviary_model::{EdgeId, Entropy, EntropyError, Timestamp, UserId};
use aviary_template::{Settings, Storage, Template};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;

use crate::dynamodb::item::{Item, text};
use crate::dynamodb::pages::id_behind;
use crate::dynamodb::table::run_query;
use crate::migration::{Migration, Migrator, Pass};
use crate::{Db, Relations, SocialTable};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const FOLLOWERS: usize = 200;

#[derive(Debug)]
struct Random;

impl Entropy for Random {
    #[allow(clippy::disallowed_methods, reason = "this is the Entropy that everyone else is to take")]
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}

/// Follows lie in 16 partitions instead of 4, and their key says that: it shows both a new key and a new index.
static RESHARD: &[Migration] = &[Migration { number: 1, what: "followers in 16 partitions", rewrite: reshard }];

fn reshard(old: &Item) -> Option<Item> {
    let actor: UserId = id_behind(old, "pk", "U#")?;
    let edge = old.get("sk")?.as_s().ok()?.strip_prefix("FOLLOW#")?;
    let list = old.get("list_pk")?.as_s().ok()?.rsplit_once('#')?.0;
    let mut new = old.clone();
    new.insert("sk".to_owned(), text(format!("FOLLOW16#{edge}")));
    new.insert("list_pk".to_owned(), text(format!("{list}#{}", actor.uuid().into_bytes()[15] % 16)));
    Some(new)
}

/// The followers by the index, in as many partitions; a reader of both forms looks into all of them.
async fn followers(social: &SocialTable, of: UserId, shards: std::ops::Range<u8>, kind: &str) -> BTreeSet<UserId> {
    let mut found = BTreeSet::new();
    for shard in shards {
        let call = social
            .query()
            .index_name("lists")
            .key_condition_expression("list_pk = :pk")
            .expression_attribute_values(":pk", text(format!("FOLLOWERS#{of}#{shard}")));
        for item in run_query(call).await.unwrap().items.unwrap_or_default() {
            if matches!(item.get("sk"), Some(AttributeValue::S(sk)) if sk.starts_with(kind)) {
                found.extend(id_behind::<UserId>(&item, "pk", "U#"));
            }
        }
    }
    found
}

fn user() -> UserId {
    UserId::new(NOW, &Random).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_migrated_while_the_old_version_writes() {
    let folder = tempfile::tempdir().unwrap();
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let settings = Settings { stack: "aviary".to_owned(), region: "us-east-1".to_owned(), ..Settings::default() };
    let storage = Template::load(template).unwrap().storage(&settings).unwrap();
    let storage = Storage { tables: storage.tables, ..Storage::default() };
    let name = storage.tables.iter().find(|table| table.logical_id == "SocialTable").unwrap().name.clone();
    let local = LocalAws::start(Config::new(folder.path(), storage)).unwrap();
    let aws = aviary_aws::sdk_config_for(&local.dynamodb_url(), "local", "local-secret");
    let social = SocialTable::new(&Db::new(&aws, Arc::new(Random)), &name);
    let relations = Relations::new(&social);
    let star = user();
    let people: Vec<UserId> = (0..FOLLOWERS).map(|_| user()).collect();
    let follow = async |who: &UserId| {
        relations.follow(*who, star, EdgeId::new(NOW, &Random).unwrap()).await.unwrap();
    };
    let (before, during) = people.split_at(FOLLOWERS / 2);
    join_all(before.iter().map(follow)).await;

    let migrator = Migrator { table: social.clone(), migrations: RESHARD };
    let pending = migrator.pending().await.unwrap();
    assert_eq!(pending.iter().map(|migration| migration.number).collect::<Vec<_>>(), [1]);
    // The old version writes on until its last process has ended, in the middle of the migration.
    let mut passes: Vec<Pass> = Vec::new();
    let writes = async {
        for who in during {
            follow(who).await;
        }
    };
    let (migrated, ()) = tokio::join!(migrator.migrate(RESHARD[0], |pass| passes.push(pass)), writes);
    migrated.unwrap();
    // What it wrote behind the last pass: an operator migrates once more when only the new version runs.
    migrator.migrate(RESHARD[0], |pass| passes.push(pass)).await.unwrap();

    let all: BTreeSet<UserId> = people.iter().copied().collect();
    assert_eq!(followers(&social, star, 0..16, "FOLLOW16#").await, all);
    assert_eq!(followers(&social, star, 0..16, "FOLLOW#").await, BTreeSet::new());
    for who in &people {
        let shard = who.uuid().into_bytes()[15] % 16;
        assert!(followers(&social, star, shard..shard + 1, "FOLLOW16#").await.contains(who));
    }
    assert_eq!(passes.iter().map(|pass| pass.rewritten).sum::<u64>(), FOLLOWERS as u64, "{passes:?}");
    assert!(passes.last().unwrap().is_clean());
    assert!(migrator.pending().await.unwrap().is_empty());
}
