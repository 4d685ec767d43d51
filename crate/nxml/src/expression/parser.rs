//! Tokens to a tree, by precedence.

use nexus_core::{Location, Value};

use super::call::{Function, Method};
use super::lexer::{Lexer, Token};
use super::tree::{Argument, Binary, Expr, Logical, Node, Unary};
use super::{ExpressionError, ExpressionErrorKind};
use crate::limits;
use crate::source_map::SourceMap;
use crate::suggest;
use crate::text_map::TextMap;

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    /// Where the token begins.
    at: usize,
    /// Where the expression begins.
    start: usize,
    depth: usize,
    /// Parameters of the arrow functions around this place.
    locals: Vec<String>,
}

type Parsed = Result<Expr, ExpressionError>;

/// An operator of two operands.
enum Infix {
    Binary(Binary),
    Logical(Logical),
}

/// The operator that a sign is, and how tightly it binds.
const fn infix(sign: &str) -> Option<(usize, Infix)> {
    Some(match sign.as_bytes() {
        b"??" => (1, Infix::Logical(Logical::Coalesce)),
        b"||" => (2, Infix::Logical(Logical::Or)),
        b"&&" => (3, Infix::Logical(Logical::And)),
        b"===" => (4, Infix::Binary(Binary::Equal)),
        b"!==" => (4, Infix::Binary(Binary::Unequal)),
        b"==" => (4, Infix::Binary(Binary::LooselyEqual)),
        b"!=" => (4, Infix::Binary(Binary::LooselyUnequal)),
        b"<" => (5, Infix::Binary(Binary::Less)),
        b"<=" => (5, Infix::Binary(Binary::LessOrEqual)),
        b">" => (5, Infix::Binary(Binary::Greater)),
        b">=" => (5, Infix::Binary(Binary::GreaterOrEqual)),
        b"+" => (6, Infix::Binary(Binary::Add)),
        b"-" => (6, Infix::Binary(Binary::Subtract)),
        b"*" => (7, Infix::Binary(Binary::Multiply)),
        b"/" => (7, Infix::Binary(Binary::Divide)),
        b"%" => (7, Infix::Binary(Binary::Remainder)),
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        text: &'a TextMap,
        start: usize,
        end: usize,
        map: &'a SourceMap<'a>,
    ) -> Result<Self, ExpressionError> {
        let mut lexer = Lexer::new(text, start, end, map);
        let (token, at) = lexer.next()?;
        Ok(Self { lexer, token, at, start, depth: 0, locals: Vec::new() })
    }

    fn location(&self) -> Location {
        self.lexer.map.locate(self.lexer.text.offset(self.at))
    }

    fn error(&self, message: impl Into<String>) -> ExpressionError {
        self.lexer.error(self.at, message)
    }

    fn unexpected(&self) -> ExpressionError {
        match &self.token {
            Token::End => self.error("the expression ends too early"),
            Token::Sign("=") => ExpressionError {
                hint: Some("expressions assign nothing; compare with ===".to_owned()),
                ..self.error("\"=\" does not belong here")
            },
            Token::Sign(sign) => self.error(format!("{sign:?} does not belong here")),
            Token::Name(name) => self.error(format!("{name:?} does not belong here")),
            Token::Number(_) => self.error("a number does not belong here"),
            Token::Text(_) => self.error("a text does not belong here"),
        }
    }

    fn advance(&mut self) -> Result<Token, ExpressionError> {
        let (token, at) = self.lexer.next()?;
        if at - self.start > limits::EXPRESSION_BYTES {
            return Err(self.limit(format!("the expression has more than {} bytes", limits::EXPRESSION_BYTES)));
        }
        self.at = at;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn is(&self, sign: &str) -> bool {
        matches!(&self.token, Token::Sign(own) if *own == sign)
    }

    fn eat(&mut self, sign: &str) -> Result<bool, ExpressionError> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str) -> Result<(), ExpressionError> {
        if self.eat(sign)? {
            return Ok(());
        }
        match self.token {
            Token::End => Err(self.error(format!("{sign:?} is missing"))),
            _ => Err(self.unexpected()),
        }
    }

    /// The text has to end here.
    pub(super) fn end(&self) -> Result<(), ExpressionError> {
        if self.token == Token::End { Ok(()) } else { Err(self.unexpected()) }
    }

    /// A brace has to close here; answers the offset behind it.
    pub(super) fn closing_brace(&self) -> Result<usize, ExpressionError> {
        if self.is("}") {
            return Ok(self.at + 1);
        }
        match self.token {
            Token::End => Err(self.error("\"}\" is missing")),
            _ => Err(self.unexpected()),
        }
    }

    fn limit(&self, message: String) -> ExpressionError {
        ExpressionError { kind: ExpressionErrorKind::Limit, ..self.error(message) }
    }

    fn descend(&mut self) -> Result<(), ExpressionError> {
        if self.depth >= limits::EXPRESSION_DEPTH {
            return Err(self.limit(format!("the expression nests deeper than {}", limits::EXPRESSION_DEPTH)));
        }
        self.depth += 1;
        Ok(())
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, ExpressionError>) -> Result<T, ExpressionError> {
        self.descend()?;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// Any expression.
    pub(super) fn expression(&mut self) -> Parsed {
        self.deeper(Self::conditional)
    }

    fn conditional(&mut self) -> Parsed {
        let condition = self.operation(0)?;
        let location = self.location();
        if !self.eat("?")? {
            return Ok(condition);
        }
        let then = self.expression()?;
        self.expect(":")?;
        let otherwise = self.expression()?;
        Ok(Expr { node: Node::Conditional(Box::new([condition, then, otherwise])), location })
    }

    /// Operands and the operators between them that bind at least as tightly as `least`.
    fn operation(&mut self, least: usize) -> Parsed {
        let mut left = self.power()?;
        // A chain is as deep as it is long.
        let depth = self.depth;
        while let Token::Sign(sign) = self.token
            && let Some((level, operator)) = infix(sign)
            && level >= least
        {
            let location = self.location();
            self.advance()?;
            self.descend()?;
            let right = Box::new(self.operation(level + 1)?);
            let node = match operator {
                Infix::Binary(operator) => Node::Binary(operator, Box::new(left), right),
                Infix::Logical(operator) => Node::Logical(operator, Box::new(left), right),
            };
            left = Expr { node, location };
        }
        self.depth = depth;
        Ok(left)
    }

    fn power(&mut self) -> Parsed {
        let base = self.unary()?;
        let location = self.location();
        if !self.is("**") {
            return Ok(base);
        }
        if matches!(base.node, Node::Unary(..)) {
            return Err(self.error("put brackets around what stands before **"));
        }
        self.advance()?;
        let exponent = self.deeper(Self::power)?;
        Ok(Expr { node: Node::Binary(Binary::Power, Box::new(base), Box::new(exponent)), location })
    }

    fn unary(&mut self) -> Parsed {
        let location = self.location();
        let operator = match self.token {
            Token::Sign("!") => Unary::Not,
            Token::Sign("-") => Unary::Minus,
            Token::Sign("+") => Unary::Plus,
            _ => return self.postfix(),
        };
        self.advance()?;
        let operand = self.deeper(Self::unary)?;
        Ok(Expr { node: Node::Unary(operator, Box::new(operand)), location })
    }

    fn postfix(&mut self) -> Parsed {
        let mut expression = self.primary()?;
        let depth = self.depth;
        loop {
            expression = if self.eat(".")? || self.eat("?.")? {
                if self.is("[") { self.index(expression)? } else { self.member(expression)? }
            } else if self.is("[") {
                self.index(expression)?
            } else if self.is("(") {
                return Err(self.error("only functions and methods that are known can be called"));
            } else {
                self.depth = depth;
                return Ok(expression);
            };
            self.descend()?;
        }
    }

    fn index(&mut self, object: Expr) -> Parsed {
        let location = self.location();
        self.expect("[")?;
        let index = self.expression()?;
        self.expect("]")?;
        Ok(Expr { node: Node::Index(Box::new(object), Box::new(index)), location })
    }

    fn member(&mut self, object: Expr) -> Parsed {
        let location = self.location();
        let name = self.name()?;
        if !self.is("(") {
            return Ok(Expr { node: Node::Member(Box::new(object), name), location });
        }
        let Some(method) = Method::named(&name) else {
            let hint = suggest::did_you_mean(&name, Method::NAMES.iter().copied());
            let kind = ExpressionErrorKind::UnknownMethod;
            return Err(ExpressionError {
                hint,
                ..ExpressionError::new(kind, location, format!("there is no method {name}"))
            });
        };
        self.advance()?;
        let arguments = self.arguments(Self::argument)?;
        method
            .check(&arguments)
            .map_err(|message| ExpressionError::new(ExpressionErrorKind::Syntax, location, message))?;
        Ok(Expr { node: Node::Method(Box::new(object), method, arguments), location })
    }

    fn name(&mut self) -> Result<String, ExpressionError> {
        if !matches!(self.token, Token::Name(_)) {
            return Err(self.unexpected());
        }
        match self.advance()? {
            Token::Name(name) => Ok(name),
            _ => unreachable!("looked at before"),
        }
    }

    /// Arguments behind an opening bracket.
    fn arguments<T>(
        &mut self,
        one: impl Fn(&mut Self) -> Result<T, ExpressionError>,
    ) -> Result<Vec<T>, ExpressionError> {
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(one(self)?);
            if !self.eat(",")? {
                break;
            }
        }
        self.expect(")")?;
        Ok(arguments)
    }

    fn argument(&mut self) -> Result<Argument, ExpressionError> {
        match self.arrow_parameters()? {
            Some(parameters) => {
                let (outer, count) = (self.locals.len(), parameters.len());
                self.locals.extend(parameters);
                if self.is("{") {
                    return Err(self.error("an arrow function holds one expression, without braces"));
                }
                let body = self.expression()?;
                self.locals.truncate(outer);
                Ok(Argument::Arrow { parameters: count, body })
            }
            None => self.expression().map(Argument::Value),
        }
    }

    /// The parameters of an arrow function, if one begins here.
    fn arrow_parameters(&mut self) -> Result<Option<Vec<String>>, ExpressionError> {
        // Whether it is one shows at the arrow; parameters are only names.
        let text = &self.lexer.text.as_str()[self.at..];
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let bracketed = text.starts_with('(');
        let names = if bracketed { &text[1..] } else { text };
        let length =
            names.find(|c| !(is_part(c) || bracketed && (c == ',' || c.is_whitespace()))).unwrap_or(names.len());
        let (names, rest) = names.split_at(length);
        let rest = if bracketed { rest.strip_prefix(')') } else { Some(rest) };
        if !rest.is_some_and(|rest| rest.trim_start().starts_with("=>")) {
            return Ok(None);
        }
        let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
        let none = bracketed && names == [""];
        let names = if none { Vec::new() } else { names };
        if names
            .iter()
            .any(|name| !name.starts_with(|c: char| c.is_alphabetic() || c == '_') || !name.chars().all(is_part))
        {
            return Ok(None);
        }
        while !self.eat("=>")? {
            self.advance()?;
        }
        Ok(Some(names))
    }

    fn primary(&mut self) -> Parsed {
        let location = self.location();
        let node = match &self.token {
            Token::Number(number) => {
                let number = *number;
                self.advance()?;
                Node::Literal(Value::Number(number))
            }
            Token::Text(_) => match self.advance()? {
                Token::Text(text) => Node::Literal(Value::String(text)),
                _ => unreachable!("looked at before"),
            },
            Token::Name(_) => return self.named(location),
            Token::Sign("(") => {
                self.advance()?;
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Sign("[") => {
                self.advance()?;
                let mut items = Vec::new();
                while !self.is("]") {
                    items.push(self.expression()?);
                    if !self.eat(",")? {
                        break;
                    }
                }
                self.expect("]")?;
                Node::Array(items)
            }
            Token::Sign("{") => self.object()?,
            Token::Sign("`") => return self.template(location),
            _ => return Err(self.unexpected()),
        };
        Ok(Expr { node, location })
    }

    /// A template: the sum of its texts and of what stands between them, beginning with a text.
    fn template(&mut self, location: Location) -> Parsed {
        let depth = self.depth;
        let literal = |text| Box::new(Expr { node: Node::Literal(Value::String(text)), location });
        let (text, mut goes_on) = self.lexer.template_text()?;
        let mut sum = literal(text);
        while goes_on {
            self.advance()?;
            self.descend()?;
            let part = Box::new(self.expression()?);
            if !self.is("}") {
                return Err(self.unexpected());
            }
            let text;
            (text, goes_on) = self.lexer.template_text()?;
            for part in [part, literal(text)] {
                sum = Box::new(Expr { node: Node::Binary(Binary::Add, sum, part), location });
            }
        }
        self.advance()?;
        self.depth = depth;
        Ok(*sum)
    }

    fn object(&mut self) -> Result<Node, ExpressionError> {
        self.advance()?;
        let mut members = Vec::new();
        while !self.is("}") {
            let key = match &self.token {
                Token::Name(key) | Token::Text(key) => key.clone(),
                Token::Number(number) => super::text::number_text(*number),
                _ => return Err(self.unexpected()),
            };
            let is_name = matches!(self.token, Token::Name(_));
            let location = self.location();
            self.advance()?;
            let local = self.locals.iter().rposition(|local| *local == key);
            let value = match local {
                Some(local) if is_name && !self.is(":") => Expr { node: Node::Local(local), location },
                _ => {
                    self.expect(":")?;
                    self.expression()?
                }
            };
            members.push((key, value));
            if !self.eat(",")? {
                break;
            }
        }
        self.expect("}")?;
        Ok(Node::Object(members))
    }

    /// What begins with a name.
    fn named(&mut self, location: Location) -> Parsed {
        let name = self.name()?;
        if let Some(local) = self.locals.iter().rposition(|local| *local == name) {
            return Ok(Expr { node: Node::Local(local), location });
        }
        let node = match name.as_str() {
            "true" => Node::Literal(Value::Bool(true)),
            "false" => Node::Literal(Value::Bool(false)),
            "null" | "undefined" => Node::Literal(Value::Null),
            "NaN" => Node::Literal(Value::Number(f64::NAN)),
            "Infinity" => Node::Literal(Value::Number(f64::INFINITY)),
            "$state" => Node::State,
            "$scope" => Node::Scope,
            _ => return self.function(name, location),
        };
        Ok(Expr { node, location })
    }

    fn function(&mut self, name: String, location: Location) -> Parsed {
        let mut name = name;
        if matches!(name.as_str(), "Math" | "Object" | "Array" | "JSON" | "Number") && self.eat(".")? {
            name = format!("{name}.{}", self.name()?);
        }
        let Some(function) = Function::named(&name) else {
            let known = Function::NAMES.iter().copied().chain(["$state", "$scope", "true", "false", "null"]);
            let hint = suggest::did_you_mean(&name, known);
            let error = ExpressionError::new(ExpressionErrorKind::UnknownName, location, format!("there is no {name}"));
            return Err(ExpressionError { hint, name: Some(name), ..error });
        };
        if !self.is("(") {
            return Err(self.error(format!("{name} has to be called")));
        }
        self.advance()?;
        let arguments = self.arguments(Self::expression)?;
        function
            .check(arguments.len())
            .map_err(|message| ExpressionError::new(ExpressionErrorKind::Syntax, location, message))?;
        Ok(Expr { node: Node::Function(function, arguments), location })
    }
}
