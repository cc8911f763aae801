//! Numbers of a spec in code: exact decimals, and digits in groups of three as people write them.

use bigdecimal::{BigDecimal, ToPrimitive as _};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// Numbers of more digits are written in groups.
const UNGROUPED: usize = 4;

/// A whole number, without the suffix of a type.
pub(crate) fn integer(number: i128) -> TokenStream {
    let digits = grouped(&number.unsigned_abs().to_string());
    let sign = (number < 0).then(|| quote!(-));
    quote!(#sign #digits)
}

fn grouped(digits: &str) -> Literal {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len() > UNGROUPED && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text.parse().expect("digits are a literal")
}

/// Floats of more digits before the point are written with an exponent.
const PLAIN: f64 = 1e16;

/// Fractions of more digits are written in groups.
const UNGROUPED_FRACTION: usize = 5;

/// A float, without the suffix of a type.
pub(crate) fn float(number: f64) -> TokenStream {
    let size = number.abs();
    let text = if size < PLAIN { Literal::f64_unsuffixed(size).to_string() } else { format!("{size:e}") };
    let text = match text.split_once('.') {
        Some((whole, part)) if part.len() > UNGROUPED_FRACTION => {
            let groups: Vec<&str> =
                part.as_bytes().chunks(3).filter_map(|group| str::from_utf8(group).ok()).collect();
            format!("{}.{}", grouped(whole), groups.join("_"))
        }
        Some((whole, part)) => format!("{}.{part}", grouped(whole)),
        None => text,
    };
    let literal: Literal = text.parse().expect("digits are a literal");
    let sign = number.is_sign_negative().then(|| quote!(-));
    quote!(#sign #literal)
}

/// An exact decimal: a whole number, which is the quickest to check, or mantissa and power of ten.
pub(crate) fn decimal(number: &BigDecimal) -> TokenStream {
    if let Some(whole) = number.with_scale(0).to_i128().filter(|_| number.is_integer()) {
        return integer(whole);
    }
    let (mantissa, scale) = number.normalized().into_bigint_and_exponent();
    let mantissa = integer(mantissa.to_i128().expect("the reader limits the digits"));
    let exponent = integer((-scale).into());
    quote!(Decimal::new(#mantissa, #exponent))
}

/// A range with its ends.
pub(crate) fn range(minimum: Option<&BigDecimal>, maximum: Option<&BigDecimal>) -> TokenStream {
    match (minimum.map(decimal), maximum.map(decimal)) {
        (Some(minimum), Some(maximum)) => quote!(Range::between(#minimum, #maximum)),
        (Some(minimum), None) => quote!(Range::at_least(#minimum)),
        (None, Some(maximum)) => quote!(Range::at_most(#maximum)),
        (None, None) => quote!(Range::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_as_people_write_them() {
        let shown = |number: i128| integer(number).to_string();
        assert_eq!([shown(0), shown(3840), shown(32_000)], ["0", "3840", "32_000"]);
        assert_eq!([shown(655_360), shown(-8_294_400)], ["655_360", "- 8_294_400"]);
        assert_eq!(float(0.05).to_string(), "0.05");
        assert_eq!(float(-123_456.5).to_string(), "- 123_456.5");
        assert_eq!(
            [float(0.123_456_7), float(1e300), float(1e-7)].map(|one| one.to_string()),
            ["0.123_456_7", "1e300", "0.000_000_1"]
        );
    }
}
