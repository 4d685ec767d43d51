//! The extension `auth`: sessions with an OpenID provider, whose tokens no handler ever sees.
//!
//! | method | arguments | answer |
//! |---|---|---|
//! | `login` | `({ username, password }?)` | the claims about the user |
//! | `whoami` | | the claims, asked for anew; null if nobody is logged in |
//! | `logout` | | whether somebody was logged in |
//!
//! Each panel has a session of its own for each actor; runs without a panel have one together. Without a password the
//! embedder sends the user to the provider ([`Authorize`]) and gets a code back, which the verifier of PKCE makes
//! worthless to everyone else.

mod authorization;
mod exchange;
pub mod options;
mod provider;
mod tokens;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use futures_channel::oneshot;
use indexmap::IndexMap;
use nexus_core::{Error, ErrorCode, Value};

pub use self::options::AuthOptions;

use self::authorization::Authorization;
use self::exchange::Exchange;
use self::provider::Provider;
use self::tokens::Tokens;
use crate::abort::AbortSignal;
use crate::engine::LocalFuture;
use crate::extension::{CallContext, Extension};
use crate::http_client::Http;
use crate::platform::Platform;
use crate::slots::Slots;

const METHODS: [&str; 3] = ["login", "logout", "whoami"];
/// Sessions that are held at once; with one more the oldest is forgotten.
const MAX_SESSIONS: usize = 10_000;
/// Calls that wait while the token of their session is renewed.
const MAX_WAITING: usize = 100;

/// What failed, and what is known of it.
fn failure(kind: &str, detail: impl fmt::Display) -> Error {
    Error::new(ErrorCode::ExtensionError, format!("{kind}: {detail}"))
}

/// Sends users to the provider: the embedder's part of a login.
pub trait Authorize {
    /// Shows the user `url`, and answers the URL at which the provider sends them back.
    ///
    /// # Errors
    /// Any: the login then fails with this message.
    fn authorize<'a>(&'a self, url: &'a str, context: &'a CallContext) -> LocalFuture<'a, Result<String, Error>>;
}

/// Whose session it is: the panel's, for an actor.
type Owner = (Option<Rc<str>>, Option<Rc<str>>);

/// Somebody who is logged in.
struct Session {
    tokens: RefCell<Rc<Tokens>>,
    subject: String,
    /// Renewing takes turns: providers take a refresh token once.
    turn: Slots,
}

struct Shared {
    options: AuthOptions,
    exchange: Exchange,
    platform: Platform,
    provider: RefCell<Option<Rc<Provider>>>,
    sessions: RefCell<IndexMap<Owner, Rc<Session>>>,
}

/// The extension `auth`. See the [module](self).
pub struct AuthExtension {
    shared: Rc<Shared>,
    authorize: Option<Rc<dyn Authorize>>,
}

impl AuthExtension {
    /// An extension that asks the provider by `http`. Without `authorize` there are only logins by password, where the
    /// options allow them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the issuer may not be asked, or there is no way to log in.
    pub fn new(
        options: AuthOptions,
        authorize: Option<Rc<dyn Authorize>>,
        http: Rc<dyn Http>,
        platform: Platform,
    ) -> Result<Self, Error> {
        options.issuer_url()?;
        if authorize.is_some() != options.redirect_uri.is_some() {
            return Err(Error::invalid_argument("authorize and redirectUri go together"));
        }
        if authorize.is_none() && !options.allow_password {
            return Err(Error::invalid_argument("nobody can log in: there is neither authorize nor allowPassword"));
        }
        let exchange = Exchange {
            http,
            clock: Rc::clone(&platform.clock),
            timeout: options.timeout,
            max_response_bytes: options.max_response_bytes,
        };
        let (provider, sessions) = Default::default();
        Ok(Self { shared: Rc::new(Shared { options, exchange, platform, provider, sessions }), authorize })
    }

    async fn login(&self, args: &[Value], context: &CallContext) -> Result<Value, Error> {
        let password = read_password(args)?;
        let shared = &self.shared;
        let tokens = match (password, &self.authorize) {
            (Some(_), _) if !shared.options.allow_password => {
                return Err(failure("login refused", "the embedder takes no passwords"));
            }
            (Some((username, password)), _) => shared.login_by_password(username, password, &context.signal).await?,
            (None, Some(authorize)) => shared.login_by_code(&**authorize, context).await?,
            (None, None) => return Err(failure("login refused", "it takes a username and a password")),
        };
        shared.open_session(owner(context), tokens, &context.signal).await
    }
}

/// `{ username, password }`, if that is given.
fn read_password(args: &[Value]) -> Result<Option<(&str, &str)>, Error> {
    let invalid = |why: &str| failure("invalid call", why);
    match args.first() {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) => {
            if fields.keys().any(|name| !matches!(name.as_str(), "username" | "password")) {
                return Err(invalid("login takes username and password, and nothing else"));
            }
            let text = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            let both = text("username").zip(text("password"));
            both.map(Some).ok_or_else(|| invalid("username and password are text that is not empty"))
        }
        Some(_) => Err(invalid("login takes an object")),
    }
}

fn owner(context: &CallContext) -> Owner {
    (context.origin.panel.clone(), context.origin.actor.clone())
}

impl Shared {
    fn now(&self) -> f64 {
        self.platform.clock.now()
    }

    async fn provider(&self, signal: &AbortSignal) -> Result<Rc<Provider>, Error> {
        let known = self.provider.borrow().clone();
        if let Some(provider) = known {
            return Ok(provider);
        }
        let provider = Rc::new(Provider::discover(&self.options, &self.exchange, signal).await?);
        *self.provider.borrow_mut() = Some(Rc::clone(&provider));
        Ok(provider)
    }

    async fn login_by_password(&self, username: &str, password: &str, signal: &AbortSignal) -> Result<Tokens, Error> {
        let form = [
            ("grant_type", "password"),
            ("username", username),
            ("password", password),
            ("scope", self.options.scope.as_str()),
        ];
        self.granted(&form, &[password], signal).await
    }

    async fn login_by_code(&self, authorize: &dyn Authorize, context: &CallContext) -> Result<Tokens, Error> {
        let provider = self.provider(&context.signal).await?;
        let authorization = Authorization::new(&self.options, &provider, &*self.platform.entropy)?;
        let callback = authorize.authorize(authorization.url.as_str(), context).await;
        let callback = callback.map_err(|error| failure("login refused", error.message))?;
        let code = authorization.code(&callback, &self.options, &provider)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", authorization.redirect_uri.as_str()),
            ("code_verifier", &authorization.verifier),
        ];
        let tokens = self.granted(&form, &[&code, &authorization.verifier], &context.signal).await?;
        // Without one nothing ties the answer to this login but the code.
        let is_openid = self.options.scope.split(' ').any(|scope| scope == "openid");
        if is_openid && !tokens.has_id_token() {
            return Err(failure("provider refused", "its answer holds no ID token"));
        }
        tokens.subject(&self.options, Some(&authorization.nonce), self.now())?;
        Ok(tokens)
    }

    async fn granted(&self, form: &[(&str, &str)], secrets: &[&str], signal: &AbortSignal) -> Result<Tokens, Error> {
        let provider = self.provider(signal).await?;
        let answer = provider.grant(&self.options, &self.exchange, form, secrets, signal).await?;
        if !answer.is_ok() {
            return Err(failure("login refused", format_args!("{} ({})", answer.error(), answer.status)));
        }
        Tokens::read(answer.body, self.now())
    }

    async fn open_session(&self, owner: Owner, tokens: Tokens, signal: &AbortSignal) -> Result<Value, Error> {
        let provider = self.provider(signal).await?;
        let subject = tokens.subject(&self.options, None, self.now())?;
        let answer = provider.userinfo(&self.exchange, &tokens.access, signal).await?;
        let (subject, claims) = checked_claims(answer, subject.as_deref(), &tokens)?;
        let turn = Slots::new(1, MAX_WAITING);
        let session = Rc::new(Session { tokens: RefCell::new(Rc::new(tokens)), subject, turn });
        let mut sessions = self.sessions.borrow_mut();
        // One that logs in again is the youngest.
        sessions.shift_remove(&owner);
        if sessions.len() >= MAX_SESSIONS {
            sessions.shift_remove_index(0);
        }
        sessions.insert(owner, session);
        Ok(claims)
    }

    fn session(&self, owner: &Owner) -> Option<Rc<Session>> {
        self.sessions.borrow().get(owner).cloned()
    }

    /// Ends `session`, if it is that of `owner` still.
    fn end(&self, owner: &Owner, session: &Rc<Session>) {
        let mut sessions = self.sessions.borrow_mut();
        if sessions.get(owner).is_some_and(|own| Rc::ptr_eq(own, session)) {
            sessions.shift_remove(owner);
        }
    }

    async fn whoami(self: &Rc<Self>, owner: Owner, signal: &AbortSignal) -> Result<Value, Error> {
        let Some(session) = self.session(&owner) else { return Ok(Value::Null) };
        let provider = self.provider(signal).await?;
        let mut tokens = Rc::clone(&session.tokens.borrow());
        let mut renewed = false;
        if !tokens.is_fresh(self.now()) {
            let Some(fresh) = self.renewed(&session, &tokens).await? else {
                self.end(&owner, &session);
                return Ok(Value::Null);
            };
            (tokens, renewed) = (fresh, true);
        }
        let mut answer = provider.userinfo(&self.exchange, &tokens.access, signal).await?;
        if answer.status == 401
            && !renewed
            && let Some(fresh) = self.renewed(&session, &tokens).await?
        {
            tokens = fresh;
            answer = provider.userinfo(&self.exchange, &tokens.access, signal).await?;
        }
        if answer.status == 401 {
            self.end(&owner, &session);
            return Ok(Value::Null);
        }
        checked_claims(answer, Some(&session.subject), &tokens).map(|(_, claims)| claims)
    }

    /// Tokens in the place of `old`; `None` if the provider gives none any more. Once begun it is done, whether or not
    /// anybody waits: the provider takes a refresh token once, and what it gives for it must not be lost.
    async fn renewed(self: &Rc<Self>, session: &Rc<Session>, old: &Rc<Tokens>) -> Result<Option<Rc<Tokens>>, Error> {
        let (sender, outcome) = oneshot::channel();
        let (shared, session, old) = (Rc::clone(self), Rc::clone(session), Rc::clone(old));
        self.platform.spawner.spawn(Box::pin(async move {
            let _ = sender.send(shared.renew(&session, &old).await);
        }));
        outcome.await.map_err(|_| Error::internal("the renewal of a session was given up"))?
    }

    async fn renew(&self, session: &Session, old: &Rc<Tokens>) -> Result<Option<Rc<Tokens>>, Error> {
        let _turn =
            session.turn.acquire().await.map_err(|_| failure("queue full", "too many calls of one session wait"))?;
        let current = Rc::clone(&session.tokens.borrow());
        if !Rc::ptr_eq(&current, old) {
            return Ok(Some(current));
        }
        let Some(refresh) = &current.refresh else { return Ok(None) };
        let signal = AbortSignal::default();
        let provider = self.provider(&signal).await?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let answer = provider.grant(&self.options, &self.exchange, &form, &[refresh], &signal).await?;
        if !answer.is_ok() {
            return match answer.error() {
                "invalid_grant" => Ok(None),
                error => Err(failure("renewal refused", format_args!("{error} ({})", answer.status))),
            };
        }
        let mut tokens = Tokens::read(answer.body, self.now())?;
        if tokens.subject(&self.options, None, self.now())?.is_some_and(|subject| subject != session.subject) {
            return Err(another_user());
        }
        // One that is not replaced goes on to count.
        tokens.refresh = tokens.refresh.or_else(|| current.refresh.clone());
        let tokens = Rc::new(tokens);
        *session.tokens.borrow_mut() = Rc::clone(&tokens);
        Ok(Some(tokens))
    }

    async fn logout(&self, owner: &Owner, signal: &AbortSignal) -> Result<Value, Error> {
        let session = self.sessions.borrow_mut().shift_remove(owner);
        let Some(session) = session else { return Ok(Value::Bool(false)) };
        // What is being renewed is revoked when it is there.
        let _turn = session.turn.acquire().await;
        let provider = self.provider(signal).await?;
        let tokens = Rc::clone(&session.tokens.borrow());
        provider.revoke(&self.options, &self.exchange, &tokens, signal).await?;
        Ok(Value::Bool(true))
    }
}

fn another_user() -> Error {
    failure("provider refused", "it speaks of another user")
}

/// The claims of a user, and who it is.
///
/// # Errors
/// A failure if there are none, they are about somebody else, or hold a token.
fn checked_claims(answer: exchange::Answer, subject: Option<&str>, tokens: &Tokens) -> Result<(String, Value), Error> {
    let claims = match answer.body {
        Some(claims @ Value::Object(_)) if answer.status == 200 => claims,
        _ => return Err(failure("provider refused", format_args!("it answers {}, no claims", answer.status))),
    };
    if tokens.are_in(&claims) {
        return Err(failure("provider refused", "its claims hold a token"));
    }
    let told = claims.as_object().and_then(|claims| claims.get("sub")).and_then(Value::as_str);
    match told {
        Some(told) if subject.is_none_or(|subject| subject == told) => Ok((told.to_owned(), claims)),
        _ => Err(another_user()),
    }
}

impl Extension for AuthExtension {
    fn name(&self) -> &str {
        "auth"
    }

    fn methods(&self) -> Vec<String> {
        METHODS.map(str::to_owned).to_vec()
    }

    /// Forgets all sessions.
    fn shutdown(&self) -> LocalFuture<'_, Result<(), Error>> {
        self.shared.sessions.borrow_mut().clear();
        Box::pin(async { Ok(()) })
    }

    fn call<'a>(
        &'a self,
        method: &'a str,
        args: Vec<Value>,
        context: CallContext,
    ) -> LocalFuture<'a, Result<Value, Error>> {
        Box::pin(async move {
            match method {
                "login" => self.login(&args, &context).await,
                "logout" => self.shared.logout(&owner(&context), &context.signal).await,
                _ => self.shared.whoami(owner(&context), &context.signal).await,
            }
        })
    }
}
