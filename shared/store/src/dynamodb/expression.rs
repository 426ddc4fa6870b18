//! Updates and conditions of one item, which write their expressions themselves.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};

use crate::dynamodb::client::{Direction, MAX_ROUNDS, metered};
use crate::dynamodb::error::StoreError;
use crate::dynamodb::item::{Item, Key};
use crate::dynamodb::table::Table;

/// How an update of one item ended.
#[derive(Debug)]
pub(crate) enum Applied {
    /// It was written; the item as it was before unless the caller asked for another, empty if there was none.
    Done(Item),
    /// Its condition failed; the item that was there, empty if there was none.
    Refused(Item),
}

/// A condition of a write. A name may be a path, as in `current[0].since`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Exists(String),
    Missing(String),
    Compares(String, &'static str, AttributeValue),
    /// The attribute has fewer elements, or bytes, than this.
    Smaller(String, AttributeValue),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    /// The item exists.
    pub(crate) fn item_exists() -> Self {
        Self::exists("pk")
    }

    /// The item does not exist.
    pub(crate) fn item_missing() -> Self {
        Self::missing("pk")
    }

    pub(crate) fn exists(name: &str) -> Self {
        Self::Exists(name.to_owned())
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self::Missing(name.to_owned())
    }

    pub(crate) fn equals(name: &str, value: AttributeValue) -> Self {
        Self::Compares(name.to_owned(), "=", value)
    }

    pub(crate) fn differs(name: &str, value: AttributeValue) -> Self {
        Self::Compares(name.to_owned(), "<>", value)
    }

    pub(crate) fn less(name: &str, value: AttributeValue) -> Self {
        Self::Compares(name.to_owned(), "<", value)
    }

    pub(crate) fn at_most(name: &str, value: AttributeValue) -> Self {
        Self::Compares(name.to_owned(), "<=", value)
    }

    pub(crate) fn at_least(name: &str, value: AttributeValue) -> Self {
        Self::Compares(name.to_owned(), ">=", value)
    }

    pub(crate) fn more(name: &str, value: AttributeValue) -> Self {
        Self::Compares(name.to_owned(), ">", value)
    }

    pub(crate) fn smaller(name: &str, size: AttributeValue) -> Self {
        Self::Smaller(name.to_owned(), size)
    }

    /// The opposite. `equals` is false for a missing attribute, so its opposite is true.
    pub(crate) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut all) => {
                all.push(other);
                Self::All(all)
            }
            one => Self::All(vec![one, other]),
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        match self {
            Self::Any(mut any) => {
                any.push(other);
                Self::Any(any)
            }
            one => Self::Any(vec![one, other]),
        }
    }

    /// This condition alone, as a write that updates nothing has it.
    pub(super) fn render(&self) -> Rendered {
        let mut placeholders = Placeholders::default();
        let condition = placeholders.condition(self);
        placeholders.into_rendered(String::new(), Some(condition))
    }
}

/// The right side of an assignment.
#[derive(Clone, Debug)]
enum Assigned {
    Value(AttributeValue),
    Attribute(String),
    IfMissing(AttributeValue),
    Plus(AttributeValue),
    Minus(AttributeValue),
}

/// An update of one item, under a condition if there is one. The order of the calls does not matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Update {
    set: Vec<(String, Assigned)>,
    remove: Vec<String>,
    add: Vec<(String, AttributeValue)>,
    delete: Vec<(String, AttributeValue)>,
    condition: Option<Condition>,
}

impl Update {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Updates only if this condition holds, and all that were given before.
    pub(crate) fn when(mut self, condition: Condition) -> Self {
        self.condition = Some(match self.condition.take() {
            Some(before) => before.and(condition),
            None => condition,
        });
        self
    }

    pub(crate) fn set(self, name: &str, value: AttributeValue) -> Self {
        self.assign(name, Assigned::Value(value))
    }

    /// Sets the attribute, and leaves it as it is if there is no value.
    pub(crate) fn set_some(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Sets the attribute to what another attribute is before the update.
    pub(crate) fn set_to_attribute(self, name: &str, other: &str) -> Self {
        self.assign(name, Assigned::Attribute(other.to_owned()))
    }

    /// Sets the attribute, and leaves it as it is if the item has it.
    pub(crate) fn set_if_missing(self, name: &str, value: AttributeValue) -> Self {
        self.assign(name, Assigned::IfMissing(value))
    }

    /// Adds to a number, which must exist; [`Update::add`] makes one that does not.
    pub(crate) fn increase(self, name: &str, by: AttributeValue) -> Self {
        self.assign(name, Assigned::Plus(by))
    }

    /// Subtracts from a number, which must exist.
    pub(crate) fn decrease(self, name: &str, by: AttributeValue) -> Self {
        self.assign(name, Assigned::Minus(by))
    }

    fn assign(mut self, name: &str, assigned: Assigned) -> Self {
        self.set.push((name.to_owned(), assigned));
        self
    }

    pub(crate) fn remove(mut self, name: &str) -> Self {
        self.remove.push(name.to_owned());
        self
    }

    /// Adds a number to a number, or elements to a set. One that is missing counts as zero or as empty.
    pub(crate) fn add(mut self, name: &str, value: AttributeValue) -> Self {
        self.add.push((name.to_owned(), value));
        self
    }

    /// Takes elements out of a set.
    pub(crate) fn delete(mut self, name: &str, elements: AttributeValue) -> Self {
        self.delete.push((name.to_owned(), elements));
        self
    }

    pub(super) fn render(&self) -> Rendered {
        let mut placeholders = Placeholders::default();
        let set: Vec<_> = self.set.iter().map(|(name, assigned)| placeholders.assignment(name, assigned)).collect();
        let remove: Vec<_> = self.remove.iter().map(|name| placeholders.path(name)).collect();
        let add: Vec<_> = self.add.iter().map(|(name, value)| placeholders.pair(name, value)).collect();
        let delete: Vec<_> = self.delete.iter().map(|(name, value)| placeholders.pair(name, value)).collect();
        let clauses = [("SET", set), ("REMOVE", remove), ("ADD", add), ("DELETE", delete)];
        let clauses = clauses.iter().filter(|(_, actions)| !actions.is_empty());
        let clauses: Vec<_> = clauses.map(|(verb, actions)| format!("{verb} {}", actions.join(", "))).collect();
        let condition = self.condition.as_ref().map(|condition| placeholders.condition(condition));
        placeholders.into_rendered(clauses.join(" "), condition)
    }

    /// Updates this one item by itself and answers it as it was. None if the condition failed. As
    /// [`Update::apply_to`].
    pub(crate) async fn apply<Kind>(&self, table: &Table<Kind>, key: Key) -> Result<Option<Item>, StoreError> {
        Ok(match self.apply_to(table, key).await? {
            Applied::Done(was) => Some(was),
            Applied::Refused(_) => None,
        })
    }

    /// Updates this one item by itself, and retries while a transaction changes the same item. One round trip without
    /// such a conflict; half the units of a transaction.
    pub(crate) async fn apply_to<Kind>(&self, table: &Table<Kind>, key: Key) -> Result<Applied, StoreError> {
        let rendered = self.render();
        let mut last = StoreError::Passing("no attempt".to_owned());
        for round in 0..MAX_ROUNDS {
            table.db.pause_before(round).await?;
            let call = rendered.clone().call_returning(table, key.clone(), ReturnValue::AllOld);
            match send(call).await? {
                Sent::Applied(applied) => return Ok(applied),
                Sent::Conflict(error) => last = error,
            }
        }
        Err(last)
    }

    /// Updates this one item by itself. False if the condition failed. A conflict with a transaction is an error here,
    /// and not retried. One round trip.
    pub(crate) async fn apply_once<Kind>(&self, table: &Table<Kind>, key: Key) -> Result<bool, StoreError> {
        let sent = send(self.render().call(table, key)).await?;
        Ok(matches!(sent.without_conflict()?, Applied::Done(_)))
    }

    /// As [`Update::apply_once`]; the item is the one that `returned` names.
    pub(crate) async fn apply_once_returning<Kind>(
        &self,
        table: &Table<Kind>,
        key: Key,
        returned: ReturnValue,
    ) -> Result<Applied, StoreError> {
        send(self.render().call_returning(table, key, returned)).await?.without_conflict()
    }
}

/// What one call returned.
enum Sent {
    Applied(Applied),
    /// A transaction was changing the same item.
    Conflict(StoreError),
}

impl Sent {
    fn without_conflict(self) -> Result<Applied, StoreError> {
        match self {
            Self::Applied(applied) => Ok(applied),
            Self::Conflict(error) => Err(error),
        }
    }
}

/// Sends an update once and meters it.
async fn send(call: UpdateItemFluentBuilder) -> Result<Sent, StoreError> {
    let error = match metered(call.send(), Direction::Write, |o| o.consumed_capacity.as_slice()).await {
        Ok(output) => return Ok(Sent::Applied(Applied::Done(output.attributes.unwrap_or_default()))),
        Err(error) => error,
    };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
            Ok(Sent::Applied(Applied::Refused(failed.item.clone().unwrap_or_default())))
        }
        Some(UpdateItemError::TransactionConflictException(_)) => Ok(Sent::Conflict(error.into())),
        _ => Err(error.into()),
    }
}

/// An update and a condition as DynamoDB reads them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rendered {
    /// Empty for a condition alone.
    pub(super) update: String,
    pub(super) condition: Option<String>,
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<HashMap<String, AttributeValue>>,
}

impl Rendered {
    fn call<Kind>(self, table: &Table<Kind>, key: Key) -> UpdateItemFluentBuilder {
        let call = table.db.client.update_item().table_name(&table.name).set_key(Some(key.into_item()));
        call.update_expression(self.update)
            .set_condition_expression(self.condition)
            .set_expression_attribute_names(self.names)
            .set_expression_attribute_values(self.values)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// A call that also returns the item whose condition failed. The role of a function that only verifies callers
    /// allows no returned values, so [`Update::apply_once`] does not ask for them.
    fn call_returning<Kind>(self, table: &Table<Kind>, key: Key, returned: ReturnValue) -> UpdateItemFluentBuilder {
        self.call(table, key)
            .return_values(returned)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// The names and the values of an expression, each at the place that its placeholder has as number. Every name has a
/// placeholder, so no reserved word needs to be known.
#[derive(Debug, Default)]
struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    /// Each part of a path has a placeholder of its own; an index into a list stays as it is.
    fn path(&mut self, path: &str) -> String {
        let parts: Vec<_> = path.split('.').map(|part| self.part(part)).collect();
        parts.join(".")
    }

    fn part(&mut self, part: &str) -> String {
        let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
        let known = self.names.iter().position(|other| other == name);
        let place = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#n{place}{index}")
    }

    fn value(&mut self, value: &AttributeValue) -> String {
        self.values.push(value.clone());
        format!(":v{}", self.values.len() - 1)
    }

    fn pair(&mut self, name: &str, value: &AttributeValue) -> String {
        format!("{} {}", self.path(name), self.value(value))
    }

    fn assignment(&mut self, name: &str, assigned: &Assigned) -> String {
        let name = self.path(name);
        match assigned {
            Assigned::Value(value) => format!("{name} = {}", self.value(value)),
            Assigned::Attribute(other) => format!("{name} = {}", self.path(other)),
            Assigned::IfMissing(value) => format!("{name} = if_not_exists({name}, {})", self.value(value)),
            Assigned::Plus(by) => format!("{name} = {name} + {}", self.value(by)),
            Assigned::Minus(by) => format!("{name} = {name} - {}", self.value(by)),
        }
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Exists(name) => format!("attribute_exists({})", self.path(name)),
            Condition::Missing(name) => format!("attribute_not_exists({})", self.path(name)),
            Condition::Compares(name, operator, value) => {
                format!("{} {operator} {}", self.path(name), self.value(value))
            }
            Condition::Smaller(name, size) => format!("size({}) < {}", self.path(name), self.value(size)),
            Condition::Not(negated) => format!("NOT {}", self.operand(negated)),
            Condition::All(all) => self.operands(all, " AND "),
            Condition::Any(any) => self.operands(any, " OR "),
        }
    }

    fn operands(&mut self, conditions: &[Condition], operator: &str) -> String {
        let operands: Vec<_> = conditions.iter().map(|condition| self.operand(condition)).collect();
        operands.join(operator)
    }

    /// DynamoDB refuses parentheses that it does not need twice, so only what has operands itself gets some.
    fn operand(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::All(_) | Condition::Any(_) => format!("({})", self.condition(condition)),
            _ => self.condition(condition),
        }
    }

    fn into_rendered(self, update: String, condition: Option<String>) -> Rendered {
        let names: HashMap<_, _> =
            self.names.into_iter().enumerate().map(|(place, name)| (format!("#n{place}"), name)).collect();
        let values: HashMap<_, _> =
            self.values.into_iter().enumerate().map(|(place, value)| (format!(":v{place}"), value)).collect();
        Rendered {
            update,
            condition,
            names: (!names.is_empty()).then_some(names),
            values: (!values.is_empty()).then_some(values),
        }
    }
}

#[cfg(test)]
mod tests;
