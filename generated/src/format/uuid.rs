//! UUIDs in their usual text form, RFC 9562. Making one, or reading its bytes, is left to the `uuid` crate,
//! which also reads braces, `urn:uuid:` and forms without hyphens: JSON Schema knows none of these.

/// 1 for the hexadecimal digits: on so short a text, a table is quicker than comparisons.
const DIGIT: [u8; 256] = {
    let mut digits = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        digits[byte as usize] = byte.is_ascii_hexdigit() as u8;
        byte += 1;
    }
    digits
};

/// Whether a text is a UUID of any version: groups of 8, 4, 4, 4 and 12 hexadecimal digits of either case,
/// with hyphens between.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(text.as_bytes()) else { return false };
    // A hyphen is no digit: with four hyphens in place, 32 digits can only be at all the other places.
    let digits: usize = bytes.iter().map(|&byte| usize::from(DIGIT[usize::from(byte)])).sum();
    [8, 13, 18, 23].into_iter().all(|place| bytes[place] == b'-') && digits == 32
}

/// Whether a text is a random UUID: version 4, and the variant of RFC 9562.
#[must_use]
pub fn is_uuid_v4(text: &str) -> bool {
    let byte = |place: usize| text.as_bytes().get(place);
    is_uuid(text)
        && byte(14) == Some(&b'4')
        && matches!(byte(19), Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b48";

    #[test]
    fn a_uuid_is_accepted_whatever_its_version_and_case() {
        let accepted = [
            RANDOM,
            "3F2B8C1E-90AD-4E57-B6F1-0C9D5A7E2B48",
            "3f2B8c1E-90aD-1e57-06f1-0c9D5a7e2B48",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ];
        for text in accepted {
            assert!(is_uuid(text), "{text}");
        }
    }

    #[test]
    fn other_ways_to_write_a_uuid_are_refused() {
        let refused = [
            "",
            "3f2b8c1e90ad4e57b6f10c9d5a7e2b48",
            "{3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b48}",
            "urn:uuid:3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b48",
            " 3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b48",
            "3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b48\n",
        ];
        for text in refused {
            assert!(!is_uuid(text), "{text:?}");
        }
    }

    #[test]
    fn every_place_takes_its_own_kind_of_character_only() {
        for place in 0..RANDOM.len() {
            for wrong in
                [if RANDOM.as_bytes()[place] == b'-' { "a" } else { "-" }, "g", "\0", "_", "`", "/", ":"]
            {
                let text = format!("{}{wrong}{}", &RANDOM[..place], &RANDOM[place + 1..]);
                assert!(!is_uuid(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn a_digit_outside_ascii_is_no_digit() {
        // Both are 36 bytes long.
        assert!(!is_uuid("3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2bé"));
        assert!(!is_uuid("３b8c1e-90ad-4e57-b6f1-0c9d5a7e2b481"));
    }

    #[test]
    fn only_version_4_with_its_variant_is_random() {
        for variant in ["8", "9", "a", "b", "A", "B"] {
            assert!(is_uuid_v4(&format!("3f2b8c1e-90ad-4e57-{variant}6f1-0c9d5a7e2b48")), "{variant}");
        }
        for version in ["0", "1", "3", "5", "7", "a"] {
            assert!(!is_uuid_v4(&format!("3f2b8c1e-90ad-{version}e57-b6f1-0c9d5a7e2b48")), "{version}");
        }
        for variant in ["0", "4", "7", "c", "f"] {
            assert!(!is_uuid_v4(&format!("3f2b8c1e-90ad-4e57-{variant}6f1-0c9d5a7e2b48")), "{variant}");
        }
        assert!(!is_uuid_v4("3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b4"));
    }
}
