//! The tree over state and scope.
//!
//! Values that are made on the way live in an arena until the evaluation ends, so that parts of them can be handed on
//! without copying. Every node visited, every value copied and every piece of text made takes steps of the budget.

use nexus_core::{Location, Map, Value};
use typed_arena::Arena;

use super::budget::{BYTES_PER_STEP, Budget, copy_map};
use super::scope::Scope;
use super::text::text_of;
use super::tree::{Argument, Binary, Expr, Logical, Node, Unary};
use super::{ExpressionError, ExpressionErrorKind};

/// What an expression is evaluated over.
#[derive(Clone, Copy)]
pub(super) struct Over<'a> {
    pub(super) state: &'a Map,
    /// Computed values by name.
    pub(super) computed: &'a Map,
    /// Those that `$state` as a whole holds, and that computed names find.
    pub(super) listed: &'a Map,
    pub(super) scope: Scope<'a>,
}

/// Evaluates `tree`.
pub(super) fn evaluate(tree: &Expr, over: Over<'_>, budget: &mut Budget) -> Result<Value, ExpressionError> {
    let arena = Arena::new();
    let mut evaluation = Evaluation { over, arena: &arena, locals: Vec::new(), budget };
    let value = evaluation.value(tree)?;
    evaluation.copy(value, tree.location)
}

pub(super) type Evaluated<'a> = Result<&'a Value, ExpressionError>;

/// One evaluation under way.
pub(super) struct Evaluation<'a, 'b> {
    over: Over<'a>,
    arena: &'a Arena<Value>,
    locals: Vec<&'a Value>,
    budget: &'b mut Budget,
}

static NULL: Value = Value::Null;

/// Whether JavaScript takes the value for true.
pub(crate) fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(bool) => *bool,
        Value::Number(number) => *number != 0.0 && !number.is_nan(),
        Value::String(text) => !text.is_empty(),
        Value::Bytes(_) | Value::Array(_) | Value::Object(_) => true,
    }
}

impl<'a> Evaluation<'a, '_> {
    pub(super) fn type_error<T>(location: Location, message: impl Into<String>) -> Result<T, ExpressionError> {
        Err(ExpressionError::new(ExpressionErrorKind::Type, location, message))
    }

    /// Takes steps of the budget.
    pub(super) fn step(&mut self, steps: usize, location: Location) -> Result<(), ExpressionError> {
        Self::within(self.budget.take(steps), location)
    }

    fn within(enough: bool, location: Location) -> Result<(), ExpressionError> {
        if enough {
            return Ok(());
        }
        Err(ExpressionError::new(ExpressionErrorKind::Limit, location, "this takes too many steps"))
    }

    /// A value that was made on the way, paid for already.
    pub(super) fn keep(&mut self, value: Value) -> &'a Value {
        self.arena.alloc(value)
    }

    /// A text that was made on the way.
    pub(super) fn keep_text(&mut self, text: String, location: Location) -> Evaluated<'a> {
        self.step(text.len() / BYTES_PER_STEP, location)?;
        Ok(self.keep(Value::String(text)))
    }

    pub(super) fn copy(&mut self, value: &Value, location: Location) -> Result<Value, ExpressionError> {
        Self::within(self.budget.take_copy(value), location)?;
        Ok(value.clone())
    }

    pub(super) fn value(&mut self, expression: &'a Expr) -> Evaluated<'a> {
        let location = expression.location;
        self.step(1, location)?;
        match &expression.node {
            Node::Literal(literal) => Ok(literal),
            Node::State => {
                let state = copy_map(self.over.state, self.budget).zip(copy_map(self.over.listed, self.budget));
                Self::within(state.is_some(), location)?;
                let (mut state, computed) = state.unwrap_or_default();
                state.extend(computed);
                Ok(self.keep(Value::Object(state)))
            }
            Node::Scope => {
                let scope = self.over.scope.to_map(self.budget);
                Self::within(scope.is_some(), location)?;
                Ok(self.keep(Value::Object(scope.unwrap_or_default())))
            }
            Node::Local(local) => Ok(self.locals.get(*local).copied().unwrap_or(&NULL)),
            Node::Member(object, name) => match object.node {
                Node::State => Ok(self.of_state(self.over.computed, name)),
                Node::Scope => Ok(self.over.scope.get(name).unwrap_or(&NULL)),
                _ => {
                    let object = self.value(object)?;
                    self.member(object, name, location)
                }
            },
            Node::Index(object, index) => self.index(object, index, location),
            Node::Unary(operator, operand) => self.unary(*operator, operand, location),
            Node::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.binary(*operator, left, right, location)
            }
            Node::Logical(operator, left, right) => {
                let left = self.value(left)?;
                let decided = match operator {
                    Logical::And => !is_truthy(left),
                    Logical::Or => is_truthy(left),
                    Logical::Coalesce => *left != Value::Null,
                };
                if decided { Ok(left) } else { self.value(right) }
            }
            Node::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                let condition = is_truthy(self.value(condition)?);
                self.value(if condition { then } else { otherwise })
            }
            Node::Array(items) => {
                let mut array = Vec::with_capacity(items.len());
                for item in items {
                    let value = self.value(item)?;
                    array.push(self.copy(value, item.location)?);
                }
                Ok(self.keep(Value::Array(array)))
            }
            Node::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (key, member) in members {
                    let value = self.value(member)?;
                    object.insert(key.clone(), self.copy(value, member.location)?);
                }
                Ok(self.keep(Value::Object(object)))
            }
            Node::Function(function, arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.value(argument)?);
                }
                self.function(*function, &values, location)
            }
            Node::Method(object, method, arguments) => {
                let object = self.value(object)?;
                self.method(object, *method, arguments, location)
            }
        }
    }

    /// Evaluates the body of an arrow function.
    pub(super) fn call(&mut self, argument: &'a Argument, given: &[&'a Value]) -> Evaluated<'a> {
        let Argument::Arrow { parameters, body } = argument else { unreachable!("checked by the parser") };
        let outer = self.locals.len();
        self.locals.extend((0..*parameters).map(|parameter| given.get(parameter).copied().unwrap_or(&NULL)));
        let value = self.value(body);
        self.locals.truncate(outer);
        value
    }

    fn of_state(&self, computed: &'a Map, name: &str) -> &'a Value {
        computed.get(name).or_else(|| self.over.state.get(name)).unwrap_or(&NULL)
    }

    fn member(&mut self, object: &'a Value, name: &str, location: Location) -> Evaluated<'a> {
        let length = match object {
            Value::Object(members) => return Ok(members.get(name).unwrap_or(&NULL)),
            // A member of what is not there is not there either.
            Value::Null => return Ok(&NULL),
            Value::Array(items) => items.len(),
            Value::String(text) => {
                self.step(text.len() / BYTES_PER_STEP, location)?;
                text.encode_utf16().count()
            }
            Value::Bytes(bytes) => bytes.len(),
            Value::Bool(_) | Value::Number(_) => {
                return Self::type_error(location, format!("a {} has no member {name}", object.kind()));
            }
        };
        if name != "length" {
            return Self::type_error(location, format!("a {} has no member {name}", object.kind()));
        }
        Ok(self.keep(number(length)))
    }

    fn index(&mut self, object: &'a Expr, index: &'a Expr, location: Location) -> Evaluated<'a> {
        let index_expression = index;
        let index = self.value(index)?;
        let key = || text_of(index).filter(|_| matches!(index, Value::String(_) | Value::Number(_)));
        match object.node {
            Node::State => {
                let is_literal = matches!(index_expression.node, Node::Literal(_));
                let computed = if is_literal { self.over.computed } else { self.over.listed };
                return Ok(key().map_or(&NULL, |key| self.of_state(computed, &key)));
            }
            Node::Scope => return Ok(key().and_then(|key| self.over.scope.get(&key)).unwrap_or(&NULL)),
            _ => {}
        }
        let object = self.value(object)?;
        match (object, index) {
            (Value::Null, _) => Ok(&NULL),
            (Value::Array(items), Value::Number(at)) => Ok(position(*at).and_then(|at| items.get(at)).unwrap_or(&NULL)),
            (Value::String(text), Value::Number(at)) => {
                let character = position(*at).and_then(|at| text.chars().nth(at));
                self.step(text.len() / BYTES_PER_STEP, location)?;
                Ok(character.map_or(&NULL, |character| self.keep(Value::String(character.to_string()))))
            }
            (_, Value::String(name)) => self.member(object, name, location),
            (Value::Object(_), Value::Number(_)) => {
                let key = key().unwrap_or_default();
                self.member(object, &key, location)
            }
            _ => Self::type_error(location, format!("a {} cannot be indexed by {}", object.kind(), article(index))),
        }
    }

    fn unary(&mut self, operator: Unary, operand: &'a Expr, location: Location) -> Evaluated<'a> {
        let operand = self.value(operand)?;
        let value = match (operator, operand) {
            (Unary::Not, operand) => Value::Bool(!is_truthy(operand)),
            (Unary::Minus, Value::Number(number)) => Value::Number(-number),
            (Unary::Plus, Value::Number(number)) => Value::Number(*number),
            (Unary::Minus, operand) => {
                return Self::type_error(location, format!("- needs a number, not {}", article(operand)));
            }
            (Unary::Plus, operand) => {
                return Self::type_error(location, format!("+ needs a number, not {}", article(operand)));
            }
        };
        Ok(self.keep(value))
    }

    fn binary(&mut self, operator: Binary, left: &Value, right: &Value, location: Location) -> Evaluated<'a> {
        let value = match operator {
            Binary::Equal => Value::Bool(self.equal(left, right, location)?),
            Binary::Unequal => Value::Bool(!self.equal(left, right, location)?),
            Binary::LooselyEqual => Value::Bool(self.loosely_equal(left, right, location)?),
            Binary::LooselyUnequal => Value::Bool(!self.loosely_equal(left, right, location)?),
            _ => match (left, right) {
                (Value::Number(left), Value::Number(right)) => numbers(operator, *left, *right),
                (Value::String(left), Value::String(right)) if is_comparison(operator) => {
                    self.step(left.len().min(right.len()) / BYTES_PER_STEP, location)?;
                    let order = left.encode_utf16().cmp(right.encode_utf16());
                    Value::Bool(match operator {
                        Binary::Less => order.is_lt(),
                        Binary::LessOrEqual => order.is_le(),
                        Binary::Greater => order.is_gt(),
                        _ => order.is_ge(),
                    })
                }
                (Value::String(_), other) | (other, Value::String(_)) if operator == Binary::Add && is_plain(other) => {
                    let text = |value: &Value| match value {
                        Value::Null => "null".to_owned(),
                        value => text_of(value).unwrap_or_default(),
                    };
                    let (left, right) = (text(left), text(right));
                    return self.keep_text(left + &right, location);
                }
                _ => {
                    let (sign, left, right) = (operator.sign(), article(left), article(right));
                    let what = match operator {
                        Binary::Add => "takes numbers or texts",
                        _ if is_comparison(operator) => "compares two numbers or two texts",
                        _ => "takes numbers",
                    };
                    return Self::type_error(location, format!("{sign} {what}, not {left} and {right}"));
                }
            },
        };
        Ok(self.keep(value))
    }

    /// Whether both hold the same; each comparison of a part takes a step.
    pub(super) fn equal(&mut self, left: &Value, right: &Value, location: Location) -> Result<bool, ExpressionError> {
        self.step(1, location)?;
        Ok(match (left, right) {
            (Value::String(left), Value::String(right)) => {
                if left.len() == right.len() {
                    self.step(left.len() / BYTES_PER_STEP, location)?;
                }
                left == right
            }
            (Value::Array(left), Value::Array(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (left, right) in left.iter().zip(right) {
                    if !self.equal(left, right, location)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::Object(left), Value::Object(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (key, left) in left {
                    match right.get(key) {
                        Some(right) if self.equal(left, right, location)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            (left, right) => left == right,
        })
    }

    /// `==`: a number and a text are equal if the text is that number, and a boolean is 0 or 1.
    fn loosely_equal(&mut self, left: &Value, right: &Value, location: Location) -> Result<bool, ExpressionError> {
        let is_like = std::mem::discriminant(left) == std::mem::discriminant(right);
        let simple = |value: &Value| matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_));
        if !is_like && simple(left) && simple(right) {
            let number = |value: &Value| match value {
                Value::Bool(bool) => f64::from(*bool),
                Value::Number(number) => *number,
                Value::String(text) => super::function::number_of(text),
                _ => f64::NAN,
            };
            #[expect(clippy::float_cmp, reason = "as JavaScript compares")]
            return Ok(number(left) == number(right));
        }
        self.equal(left, right, location)
    }
}

/// A kind of value with its article.
pub(super) fn article(value: &Value) -> String {
    match value {
        Value::Null | Value::Bytes(_) => value.kind().to_owned(),
        Value::Array(_) | Value::Object(_) => format!("an {}", value.kind()),
        _ => format!("a {}", value.kind()),
    }
}

/// What can be added to a text.
const fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
}

const fn is_comparison(operator: Binary) -> bool {
    matches!(operator, Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual)
}

fn numbers(operator: Binary, left: f64, right: f64) -> Value {
    Value::Number(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::Divide => left / right,
        Binary::Remainder => left % right,
        Binary::Power if right.is_nan() || (left.abs() == 1.0 && right.is_infinite()) => f64::NAN,
        Binary::Power => left.powf(right),
        Binary::Less => return Value::Bool(left < right),
        Binary::LessOrEqual => return Value::Bool(left <= right),
        Binary::Greater => return Value::Bool(left > right),
        _ => return Value::Bool(left >= right),
    })
}

/// A count as a value.
pub(super) fn number(count: usize) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
    Value::Number(count as f64)
}

/// A number as a position in a list, if it is one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
pub(crate) fn position(number: f64) -> Option<usize> {
    (number >= 0.0 && number.fract() == 0.0 && number < 4_294_967_296.0).then_some(number as usize)
}
