//! A table of calls by name: plain functions that take JSON and answer JSON, with what is needed to write them down in
//! TypeScript. Generic over what the functions stand on, so that a host of a window can have calls of its own.
//! Not here: which calls there are.

use std::collections::BTreeMap;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use specta::datatype::DataType;
use specta::{Type, Types};

use super::{Answer, BridgeError};
use crate::access::Verb;

type Run<C> = Box<dyn Fn(C, &RawValue) -> Result<Pending, serde_json::Error> + Send + Sync>;
type Pending = Pin<Box<dyn Future<Output = Answer<Box<RawValue>>> + Send>>;

/// One call.
pub struct Row<C> {
    /// Its name, as TypeScript has it.
    pub name: &'static str,
    /// Names of its arguments, in their order.
    pub arguments: &'static [&'static str],
    /// What the caller must be allowed to do at the Nexus; none for what is not the Nexus' to allow.
    pub verb: Option<Verb>,
    run: Run<C>,
    types: fn(&mut Types) -> (Vec<DataType>, DataType),
}

impl<C> Row<C> {
    /// The types of its arguments and of its answer.
    pub fn types(&self, types: &mut Types) -> (Vec<DataType>, DataType) {
        (self.types)(types)
    }
}

/// See the module.
pub struct Table<C>(BTreeMap<&'static str, Row<C>>);

impl<C> Default for Table<C> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<C: 'static> Table<C> {
    /// Adds a call.
    pub fn row<A: 'static>(
        self,
        name: &'static str,
        arguments: &'static [&'static str],
        verb: Verb,
        call: impl Call<C, A>,
    ) -> Self {
        self.add(name, arguments, Some(verb), call)
    }

    /// Adds a call that is about the host of the window alone.
    pub fn own<A: 'static>(
        self,
        name: &'static str,
        arguments: &'static [&'static str],
        call: impl Call<C, A>,
    ) -> Self {
        self.add(name, arguments, None, call)
    }

    fn add<A: 'static>(
        mut self,
        name: &'static str,
        arguments: &'static [&'static str],
        verb: Option<Verb>,
        call: impl Call<C, A>,
    ) -> Self {
        let types = types_of::<C, A, _>(&call);
        let row = Row {
            name,
            arguments,
            verb,
            run: Box::new(move |context, arguments| call.run(context, arguments)),
            types,
        };
        let older = self.0.insert(name, row);
        debug_assert!(older.is_none(), "{name} stands in the table twice");
        self
    }

    /// All calls, by name.
    pub fn rows(&self) -> impl Iterator<Item = &Row<C>> {
        self.0.values()
    }

    /// The call of this name.
    pub fn get(&self, name: &str) -> Option<&Row<C>> {
        self.0.get(name)
    }
}

impl<C> Row<C> {
    /// Makes the call with a JSON array of arguments.
    pub async fn call(&self, context: C, arguments: &RawValue) -> Answer<Box<RawValue>> {
        let pending = (self.run)(context, arguments).map_err(|error| {
            let why = format!("{} does not fit: {error}", self.name);
            BridgeError::new("bad_request", why)
        })?;
        pending.await
    }
}

fn types_of<C, A, F: Call<C, A>>(_: &F) -> fn(&mut Types) -> (Vec<DataType>, DataType) {
    F::types
}

/// A function that can stand in a table: what it stands on, then up to four arguments; `A` are their types.
pub trait Call<C, A>: Send + Sync + 'static {
    /// Reads the arguments and makes the call.
    fn run(&self, context: C, arguments: &RawValue) -> Result<Pending, serde_json::Error>;
    /// The types of its arguments and of its answer.
    fn types(types: &mut Types) -> (Vec<DataType>, DataType);
}

/// No arguments: an empty array, which serde's `()` is not.
type None0 = [(); 0];

macro_rules! call {
    ($parsed:ty, $pattern:pat, $($argument:ident: $name:ident),*) => {
        impl<C, F, P, R, $($argument),*> Call<C, ($($argument,)* P, R)> for F
        where
            F: Fn(C, $($argument),*) -> P + Send + Sync + 'static,
            P: Future<Output = Answer<R>> + Send + 'static,
            R: Serialize + Type,
            $($argument: DeserializeOwned + Type,)*
        {
            fn run(&self, context: C, arguments: &RawValue) -> Result<Pending, serde_json::Error> {
                let $pattern: $parsed = serde_json::from_str(arguments.get())?;
                let answer = self(context, $($name),*);
                Ok(Box::pin(async move {
                    let answer = answer.await?;
                    to_raw_value(&answer).map_err(|error| BridgeError::new("host", error.to_string()))
                }))
            }

            fn types(types: &mut Types) -> (Vec<DataType>, DataType) {
                let arguments = vec![$($argument::definition(types)),*];
                (arguments, R::definition(types))
            }
        }
    };
}

call!(None0, [],);
call!((A1,), (one,), A1: one);
call!((A1, A2), (one, two), A1: one, A2: two);
call!((A1, A2, A3), (one, two, three), A1: one, A2: two, A3: three);
call!((A1, A2, A3, A4), (one, two, three, four), A1: one, A2: two, A3: three, A4: four);

#[cfg(test)]
mod tests {
    use super::*;

    async fn none(_: ()) -> Answer<u8> {
        Ok(7)
    }

    async fn join(_: (), text: String, times: u8) -> Answer<String> {
        Ok(text.repeat(times.into()))
    }

    async fn ask(name: &str, arguments: &str) -> Result<String, String> {
        let table = Table::default().row("none", &[], Verb::SeeNode, none).row(
            "join",
            &["text", "times"],
            Verb::SeeNode,
            join,
        );
        let arguments: Box<RawValue> = serde_json::from_str(arguments).unwrap();
        let answer = table.get(name).unwrap().call((), &arguments).await;
        answer
            .map(|json| json.get().to_owned())
            .map_err(|error| error.code)
    }

    #[tokio::test]
    async fn arguments_are_read_by_place_and_must_fit() {
        assert_eq!(ask("none", "[]").await.unwrap(), "7");
        assert_eq!(ask("join", r#"["ab",2]"#).await.unwrap(), r#""abab""#);
        for wrong in [
            "[]",
            r#"["ab"]"#,
            r#"["ab",2,3]"#,
            r#"["ab",-1]"#,
            "{}",
            "null",
        ] {
            assert_eq!(
                ask("join", wrong).await.unwrap_err(),
                "bad_request",
                "{wrong}"
            );
        }
        assert_eq!(ask("none", "[1]").await.unwrap_err(), "bad_request");
    }
}
