//! The calls as TypeScript sees them: those of the Nexus and those of this host, one method each.
//! `ui/src/bridge/generated.ts` is written from here and committed; the test below fails when it is stale.
//! `UPDATE=1 cargo test -p nexus-desktop bindings` writes it.

use nexus::console::view::FeedBatch;
use nexus::console::{BridgeError, Row};
use specta::Types;
use specta::datatype::DataType;
use specta_typescript::{Exporter, Typescript};

const COMMITTED: &str = "../ui/src/bridge/generated.ts";
const HEADER: &str = "\
// biome-ignore-all lint: generated\n\
// biome-ignore-all format: generated\n\
// biome-ignore-all assist: generated\n\
import type { JsonValue } from \"./json\";\n";

/// A call, its arguments and its answer.
type Signature = (&'static str, Vec<(&'static str, DataType)>, DataType);

fn signature<C>(row: &Row<C>, types: &mut Types) -> Signature {
    let (arguments, answer) = row.types(types);
    assert_eq!(
        arguments.len(),
        row.arguments.len(),
        "{}: every argument has a name",
        row.name
    );
    let named = row.arguments.iter().copied().zip(arguments).collect();
    (row.name, named, answer)
}

fn generated() -> String {
    let mut types = Types::default();
    types
        .register_mut::<FeedBatch>()
        .register_mut::<BridgeError>();
    let of_nexus: Vec<_> = nexus::console::calls()
        .rows()
        .map(|row| signature(row, &mut types))
        .collect();
    let of_host: Vec<_> = crate::calls::table()
        .rows()
        .map(|row| signature(row, &mut types))
        .collect();
    let clash = of_host
        .iter()
        .find(|(name, ..)| nexus::console::calls().get(name).is_some());
    assert!(clash.is_none(), "{clash:?} hides a call of the Nexus");
    Exporter::from(Typescript::default().header(HEADER))
        .framework_runtime(move |exporter| {
            let mut text = String::new();
            for (interface, rows) in [("NexusCalls", &of_nexus), ("HostCalls", &of_host)] {
                text.push_str(&format!("export type {interface} = {{\n"));
                for (name, arguments, answer) in rows {
                    let arguments: Result<Vec<_>, specta_typescript::Error> = arguments
                        .iter()
                        .map(|(name, of)| Ok(format!("{name}: {}", exporter.reference(of)?)))
                        .collect();
                    let answer = exporter.reference(answer)?;
                    let answer = if answer == "null" { "void" } else { &answer };
                    let arguments = arguments?.join(", ");
                    text.push_str(&format!("\t{name}({arguments}): Promise<{answer}>;\n"));
                }
                text.push_str("};\n\n");
            }
            Ok(text.into())
        })
        .export(&types, specta_serde::Format)
        .unwrap()
}

#[test]
fn the_committed_bindings_are_fresh() {
    let fresh = generated();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(COMMITTED, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        committed == fresh,
        "{COMMITTED} is stale: run UPDATE=1 cargo test -p nexus-desktop bindings"
    );
}
