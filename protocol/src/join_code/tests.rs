use proptest::prelude::*;

use super::*;

fn code() -> JoinCode {
    JoinCode {
        nexus_key: Fixed([7; 32]),
        secret: Fixed([9; 16]),
        addresses: vec![
            "192.168.1.10".parse().unwrap(),
            "ws://[::1]:9000".parse().unwrap(),
            "wss://nexus.example:443/".parse().unwrap(),
        ],
    }
}

#[test]
fn it_comes_back_as_it_was_and_does_not_print_its_secret() {
    let text = code().to_string();
    assert_eq!(text.parse::<JoinCode>().unwrap(), code());
    assert_eq!(format!("\t{text}\n").parse::<JoinCode>().unwrap(), code());
    assert!(!format!("{:?}", code()).contains(&code().secret.to_string()));
    assert_eq!(code().addresses[0].port, DEFAULT_PORT);
}

#[test]
fn what_is_wrong_is_told() {
    let text = code().to_string();
    assert_eq!("nxs_123".parse::<JoinCode>(), Err(JoinCodeError::Foreign));
    let cut = &text[..text.len() - 3];
    assert_eq!(cut.parse::<JoinCode>(), Err(JoinCodeError::Damaged));
    let twice = format!("{text}{text}");
    assert_eq!(twice.parse::<JoinCode>(), Err(JoinCodeError::Damaged));
    let long = format!("{PREFIX}{}", "A".repeat(LONGEST));
    assert_eq!(long.parse::<JoinCode>(), Err(JoinCodeError::Damaged));
    for bad in [
        "",
        "http://a",
        "ws://",
        "a:b",
        "a:70000",
        "[::1",
        "[::1]x",
        "a b",
        "a/b",
        "ä",
        "a@b",
        "wss://a#b",
    ] {
        assert!(bad.parse::<Address>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn one_wrong_letter_is_noticed(at in 4..100_usize, letter in "[A-Za-z0-9_-]") {
        let text = code().to_string();
        prop_assume!(at < text.len());
        let mut wrong = text.clone();
        wrong.replace_range(at..=at, &letter);
        prop_assume!(wrong != text);
        prop_assert!(wrong.parse::<JoinCode>().is_err() || wrong.parse::<JoinCode>() == Ok(code()));
    }

    #[test]
    fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,300}") {
        let mut content = vec![VERSION];
        content.extend(&bytes);
        content.extend(check(&content).to_be_bytes());
        let _ = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(content)).parse::<JoinCode>();
        let _ = format!("{PREFIX}{text}").parse::<JoinCode>();
        let _ = text.parse::<Address>();
    }

    #[test]
    fn an_address_comes_back(plain: bool, host in "[a-z0-9.-]{1,40}|[0-9a-f]{1,4}:(:[0-9a-f]{1,4}){1,6}", port: u16) {
        let address = Address { plain, host, port };
        prop_assert_eq!(address.to_string().parse::<Address>(), Ok(address));
    }
}
