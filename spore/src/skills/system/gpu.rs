//! Graphics processors as `nvidia-smi` tells them, where it is. Not here: whether there is one at all (`capabilities`).

use serde::Serialize;

use super::command::Programs;
use super::one_line;

const MOST: usize = 32;
const MIB: f64 = 1024.0 * 1024.0;

/// One of them; null is what its driver does not tell.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Gpu {
    pub(super) name: String,
    /// 0 to 1.
    pub(super) usage: Option<f64>,
    /// Bytes.
    memory_used: Option<f64>,
    memory_total: Option<f64>,
    celsius: Option<f64>,
    watts: Option<f64>,
}

/// None where there is no such program, or it fails: a machine without is no trouble.
pub(super) async fn look(programs: &Programs) -> Vec<Gpu> {
    let arguments = [
        "--query-gpu=name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw",
        "--format=csv,noheader,nounits",
    ]
    .map(str::to_owned);
    match programs.ask("nvidia-smi", &arguments, 64 * 1024).await {
        Ok(said) if said.succeeded => parse(&said.out),
        Ok(_) | Err(_) => Vec::new(),
    }
}

fn parse(text: &str) -> Vec<Gpu> {
    let gpu = |line: &str| {
        let mut fields = line.split(',').map(str::trim);
        let name = fields.next().filter(|name| !name.is_empty())?;
        let mut number = || {
            let value = fields.next()?.parse::<f64>().ok()?;
            value.is_finite().then_some(value)
        };
        Some(Gpu {
            name: one_line(name, 100),
            usage: number().map(|percent| percent / 100.0),
            memory_used: number().map(|mib| mib * MIB),
            memory_total: number().map(|mib| mib * MIB),
            celsius: number(),
            watts: number(),
        })
    };
    text.lines().filter_map(gpu).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_driver_does_not_tell_is_null() {
        let told = parse(
            "NVIDIA L4, 37, 1024, 23034, 61, 52.31\nTesla K80, [N/A], 0, 11441, 34, [Not Supported]\n\n,1,2\n",
        );
        assert_eq!(told.len(), 2);
        assert_eq!((told[0].usage, told[0].watts), (Some(0.37), Some(52.31)));
        assert_eq!(told[0].memory_used, Some(1024.0 * MIB));
        assert_eq!(
            (told[1].usage, told[1].celsius, told[1].watts),
            (None, Some(34.0), None)
        );
        assert!(
            parse("NVIDIA-SMI has failed because it couldn't communicate")[0]
                .usage
                .is_none()
        );
    }
}
