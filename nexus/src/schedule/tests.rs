//! When schedules are due: what is refused, the odd nights of the year, clocks that step, and a year of all of it.

mod due;
mod english;
mod request;
mod step;
mod when;
mod year;
