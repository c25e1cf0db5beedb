//! A swarm on several hosts: real `nats-server`, real instances, real spores, each in a network namespace of its own, on wires
//! that are slow, lossy or cut, and with processes that are killed. They need root, so they are run only where somebody asks
//! for them: `npm test -- hosts`, or `cargo nextest run -p system-tests --test it --run-ignored all hosts::`.

mod cuts;
mod kills;
mod swarm;
mod weather;
