//! The few words that stand outside of the window, in the tray and the menu bar, in the languages of the console.
//! Which one is said by the window that was used last. Not here: texts of the console (it has its own catalogues).

use serde::Deserialize;
use specta::Type;

/// Languages of the console.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Type)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Polish.
    #[serde(rename = "pl")]
    Polish,
}

/// What the tray says.
pub struct TrayWords {
    /// Brings the window back.
    pub show: &'static str,
    /// Leads to [`Self::stop_now`].
    pub stop: &'static str,
    /// Stops everything.
    pub stop_now: &'static str,
    /// Ends the application.
    pub quit: &'static str,
}

/// What the menu bar says. What the system words itself is `None`.
pub struct MenuWords {
    /// Names of the menus.
    pub edit: &'static str,
    /// See [`Self::edit`].
    pub view: &'static str,
    /// See [`Self::edit`].
    pub window: &'static str,
    /// The settings.
    pub settings: &'static str,
    /// Pages, in the order of the menu.
    pub pages: [&'static str; 6],
    /// About, hide, quit.
    pub own: [Option<&'static str>; 3],
    /// Undo, redo, cut, copy, paste, select all.
    pub editing: [Option<&'static str>; 6],
    /// Full screen, minimize, close.
    pub windows: [Option<&'static str>; 3],
}

impl Language {
    /// For the tray.
    pub const fn tray(self) -> TrayWords {
        match self {
            Self::English => TrayWords {
                show: "Show Nexus",
                stop: "Stop everything",
                stop_now: "Yes, on every node, now",
                quit: "Quit",
            },
            Self::Polish => TrayWords {
                show: "Pokaż Nexus",
                stop: "Zatrzymaj wszystko",
                stop_now: "Tak, na każdym węźle, teraz",
                quit: "Zakończ",
            },
        }
    }

    /// For the menu bar.
    pub const fn menu(self) -> MenuWords {
        match self {
            Self::English => MenuWords {
                edit: "Edit",
                view: "View",
                window: "Window",
                settings: "Settings…",
                pages: ["Map", "Nodes", "Jobs", "Alerts", "Skills", "Audit"],
                own: [None; 3],
                editing: [None; 6],
                windows: [None; 3],
            },
            Self::Polish => MenuWords {
                edit: "Edycja",
                view: "Widok",
                window: "Okno",
                settings: "Ustawienia…",
                pages: [
                    "Mapa",
                    "Węzły",
                    "Zadania",
                    "Alerty",
                    "Umiejętności",
                    "Audyt",
                ],
                own: [
                    Some("O programie Nexus"),
                    Some("Ukryj Nexus"),
                    Some("Zakończ Nexus"),
                ],
                editing: [
                    Some("Cofnij"),
                    Some("Ponów"),
                    Some("Wytnij"),
                    Some("Kopiuj"),
                    Some("Wklej"),
                    Some("Zaznacz wszystko"),
                ],
                windows: [Some("Pełny ekran"), Some("Zminimalizuj"), Some("Zamknij")],
            },
        }
    }
}
