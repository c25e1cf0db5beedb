//! What is found, with machines made of files and an engine made of a socket.

use std::path::PathBuf;

use super::*;
use crate::scratch::Scratch;

struct Machine(PathBuf);

impl Machine {
    fn new() -> Self {
        let path =
            std::env::temp_dir().join(format!("spore-cap-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, path: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_detected_fits_a_handshake() {
    let scratch = Scratch::new();
    let config = scratch.config();
    let skills = Skills::open(&config, None).unwrap();
    let found = detect(&config, &skills);
    found.check().unwrap();
    assert!(found.cpu_cores > 0 && found.memory_mb > 0);
    assert!(!found.os.is_empty() && !found.hostname.is_empty());
    assert_eq!(found.methods.len(), 8);
}

#[test]
fn every_schema_can_be_made_into_a_form() {
    let scratch = Scratch::new();
    let config = scratch.config();
    let skills = Skills::open(&config, None).unwrap();
    let found = detect(&config, &skills);
    for method in &found.methods {
        let name = format!("{}.{}", method.skill, method.method);
        let schema = &method.parameters;
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{name}"
        );
        assert_eq!(schema["type"], "object", "{name}");
        assert_eq!(schema["additionalProperties"], false, "{name}");
        for (key, property) in schema["properties"].as_object().unwrap() {
            assert!(property["type"].is_string(), "{name} {key}");
            assert!(property["title"].is_string(), "{name} {key}");
            assert!(property["description"].is_string(), "{name} {key}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_gpu_needs_a_real_driver() {
    use std::os::unix::fs::symlink;

    let machine = Machine::new();
    assert!(!gpu::present(&machine.0));
    machine.file("dev/dri/card0");
    machine.file("dev/dri/renderD128");
    assert!(!gpu::present(&machine.0), "a node without a driver");
    machine.file("sys/class/drm/renderD128/device/x");
    let driver = machine.0.join("sys/class/drm/renderD128/device/driver");
    symlink("../../../bus/pci/drivers/virtio-pci", &driver).unwrap();
    assert!(!gpu::present(&machine.0), "a virtual display");
    std::fs::remove_file(&driver).unwrap();
    symlink("../../../bus/pci/drivers/amdgpu", &driver).unwrap();
    assert!(gpu::present(&machine.0));
}

#[cfg(target_os = "linux")]
#[test]
fn an_nvidia_gpu_needs_driver_and_device() {
    let machine = Machine::new();
    machine.file("proc/driver/nvidia/version");
    assert!(!gpu::present(&machine.0));
    machine.file("dev/nvidia0");
    assert!(gpu::present(&machine.0));
}

#[cfg(unix)]
mod docker {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixListener;

    use super::Machine;
    use crate::capabilities::docker::unix::ping;

    async fn engine(answer: &'static str) -> bool {
        let machine = Machine::new();
        let path = machine.0.join("docker.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let serve = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 512];
            let length = socket.read(&mut request).await.unwrap();
            assert!(request[..length].starts_with(b"GET /_ping "));
            socket.write_all(answer.as_bytes()).await.unwrap();
        };
        tokio::join!(ping(&path), serve).0.unwrap()
    }

    #[tokio::test]
    async fn an_engine_is_one_that_answers_its_ping() {
        assert!(engine("HTTP/1.0 200 OK\r\nApi-Version: 1.45\r\n\r\nOK").await);
        assert!(!engine("HTTP/1.0 500 Internal Server Error\r\n\r\n200").await);
        assert!(!engine("").await);
        assert!(!engine("hello 200").await);
    }

    #[tokio::test]
    async fn a_socket_that_nobody_serves_is_no_engine() {
        let machine = Machine::new();
        assert!(ping(&machine.0.join("docker.sock")).await.is_err());
    }
}
