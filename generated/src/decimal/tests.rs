//! Decimals and numbers against integer arithmetic on their texts.

use super::*;

const HUNDREDTH: Decimal = Decimal::new(1, -2);

/// Numbers without pattern, the same ones in every run (xorshift64*).
fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

fn float(text: &str) -> Number {
    Number::Float(text.parse().expect("the tests write numbers"))
}

#[test]
fn every_hundredth_is_a_multiple_of_a_hundredth() {
    for n in -500..=100_000_i32 {
        let text = format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100);
        assert!(float(&text).is_multiple_of(HUNDREDTH), "{text}");
        assert!(Number::Float(f64::from(n) / 100.0).is_multiple_of(HUNDREDTH), "{text}");
        assert!(float(&text).is_exact_multiple(HUNDREDTH), "{text}");
    }
}

#[test]
fn no_thousandth_between_hundredths_is_a_multiple_of_a_hundredth() {
    for n in (-5_000..=1_000_000_i32).filter(|n| n % 10 != 0) {
        assert!(!Number::Float(f64::from(n) / 1000.0).is_multiple_of(HUNDREDTH), "{n}");
    }
}

#[test]
fn floats_stand_for_the_decimals_they_print_as() {
    let one = |text: &str, mantissa, exponent| float(text).is_multiple_of(Decimal::new(mantissa, exponent));
    for text in ["0.07", "0.29", "0.57", "0.58", "2.01", "0", "-0.0", "-0.07", "1e22", "1e300"] {
        assert!(one(text, 1, -2) && one(text, -1, -2), "{text}");
    }
    for text in ["0.075", "-0.075", "0.010000000000000002", "0.009999999999999998", "1e-3", "5e-324"] {
        assert!(!one(text, 1, -2), "{text}");
    }
    assert!(one("12391239123.0", 1, -8) && one("1e308", 5, -1) && one("7.5e-7", 25, -8));
    assert!(!one("1e308", 123_456_789, -9) && !one("1e308", 3, 0) && !one("0.30000000000000004", 1, -1));
    assert!(one("2e40", 1, 40) && !one("2e40", 3, 40) && !one("2e40", 1, 41) && one("5e-324", 1, -324));
}

#[test]
fn integers_are_multiples_of_whole_and_broken_steps() {
    let one =
        |value, mantissa, exponent| Number::Integer(value).is_multiple_of(Decimal::new(mantissa, exponent));
    assert!(one(1024, 16, 0) && one(-1024, 16, 0) && one(1024, -16, 0) && one(0, 16, 0) && one(3, 15, -1));
    assert!(one(7, 1, -2) && one(7, 35, -1) && one(6, 375, -3) && one(300, 3, 2) && one(i128::MIN, 2, 0));
    assert!(
        !one(1025, 16, 0) && !one(7, 3, -1) && !one(i128::MIN, 3, 0) && !one(1000, 3, -2) && !one(30, 3, 2)
    );
    assert!(one(i128::MIN, i128::MIN, 0) && one(1, 1 << 100, -100) && !one(1, 1 << 100, -99));
}

#[test]
fn only_zero_is_a_multiple_of_zero() {
    for zero in [Decimal::new(0, 0), Decimal::new(0, -2), Decimal::new(0, 5)] {
        assert!(Number::Integer(0).is_multiple_of(zero) && Number::Float(-0.0).is_multiple_of(zero));
        assert!(!Number::Integer(3).is_multiple_of(zero) && !Number::Float(1e-300).is_multiple_of(zero));
    }
}

#[test]
fn steps_agree_with_integer_arithmetic_on_scaled_texts() {
    let mut random = random(1);
    for _ in 0..200_000 {
        // Both on a scale of 10^-9: ten places before the point, nine behind it.
        let kept = 10_i128.pow(u32::try_from(random() % 10).expect("a digit"));
        let value = i128::from(random() % 1_000_000_000_000) / kept * kept * 1000 + i128::from(random() % 3);
        let places = u32::try_from(random() % 10).expect("a digit");
        let step = i128::from(random() % 1000 + 1);
        let text = format!("{}.{:09}", value / 1_000_000_000, value % 1_000_000_000);
        let expected = value % (step * 10_i128.pow(9 - places)) == 0;
        let step = Decimal::new(step, -i32::try_from(places).expect("a digit"));
        assert_eq!(float(&text).is_multiple_of(step), expected, "{text} {step}");
        assert_eq!(float(&text).is_exact_multiple(step), expected, "{text} {step}");
    }
}

#[test]
fn bounds_agree_with_integer_arithmetic_on_scaled_texts() {
    let mut random = random(2);
    for _ in 0..200_000 {
        let value = i128::from(random() % 1_000_000_000_000_000) >> (random() % 50);
        let bound = match random() % 3 {
            0 => value,
            1 => value + i128::from(random() % 3) - 1,
            _ => i128::from(random() % 1_000_000_000_000_000) >> (random() % 50),
        };
        let places = random() % 25;
        let text = format!("{value}e-{places}");
        let bound = Decimal::new(bound, -i32::try_from(places).expect("small"));
        let expected = value.cmp(&bound.mantissa);
        assert_eq!(float(&text).compare(bound), expected, "{text} {bound}");
        assert_eq!(float(&text).compare_exactly(bound), expected, "{text} {bound}");
        let negative = Decimal::new(-bound.mantissa, bound.exponent);
        assert_eq!(float(&format!("-{text}")).compare(negative), expected.reverse(), "-{text} {negative}");
    }
}

#[test]
fn the_quick_answers_are_the_exact_ones_for_any_float() {
    let mut random = random(3);
    for _ in 0..200_000 {
        let any = f64::from_bits(random());
        let hundredth = f64::from(u32::try_from(random() % 100_000 + 1).expect("small")) / 100.0;
        let near = f64::from_bits(hundredth.to_bits() + random() % 5 - 2);
        for number in [any, near].map(Number::Float) {
            let mantissa = i128::from(random().cast_signed() >> (random() % 64));
            let exponent = i32::try_from(random() % 50).expect("small") - 30;
            let decimal = Decimal::new(mantissa, exponent);
            assert_eq!(number.compare(decimal), number.compare_exactly(decimal), "{number} {decimal}");
            for step in [decimal, HUNDREDTH] {
                assert_eq!(number.is_multiple_of(step), number.is_exact_multiple(step), "{number} {step}");
            }
        }
    }
}

#[test]
fn a_float_next_to_a_bound_is_on_its_side() {
    for (text, mantissa, exponent) in
        [("0.1", 1, -1), ("1024", 1024, 0), ("0.3333333333333333", 3_333_333_333_333_333, -16)]
    {
        let bound = Decimal::new(mantissa, exponent);
        let value: f64 = text.parse().expect("a number");
        assert_eq!(Number::Float(value).compare(bound), Ordering::Equal, "{text}");
        assert_eq!(Number::Float(value.next_up()).compare(bound), Ordering::Greater, "{text}");
        assert_eq!(Number::Float(value.next_down()).compare(bound), Ordering::Less, "{text}");
    }
    // A bound finer than floats: its nearest float is 0.1, and it still lies above.
    assert_eq!(float("0.1").compare(Decimal::new(100_000_000_000_000_001, -18)), Ordering::Less);
}

#[test]
fn integers_compare_with_bounds_of_every_scale() {
    let compare =
        |value, mantissa, exponent| Number::Integer(value).compare(Decimal::new(mantissa, exponent));
    assert_eq!(compare(1, 10, -1), Ordering::Equal);
    assert_eq!(compare(1, 11, -1), Ordering::Less);
    assert_eq!(compare(-1, -11, -1), Ordering::Greater);
    assert_eq!(compare(-1, 1, -400), Ordering::Less);
    assert_eq!(compare(0, 0, 7), Ordering::Equal);
    assert_eq!(compare(0, -1, -7), Ordering::Greater);
    assert_eq!(compare(2000, 2, 3), Ordering::Equal);
    assert_eq!(compare(i128::MAX, i128::MAX, 0), Ordering::Equal);
    assert_eq!(compare(i128::MAX, 18, 37), Ordering::Less);
    assert_eq!(compare(i128::MIN, -17, 37), Ordering::Less);
}

#[test]
fn huge_exponents_are_answered_at_once() {
    for exponent in [i32::MIN, -1_000_000, 1_000_000, i32::MAX] {
        let decimal = Decimal::new(7, exponent);
        let small = exponent < 0;
        let expected = if small { Ordering::Greater } else { Ordering::Less };
        for number in [Number::Integer(i128::MAX), Number::Float(1e308), Number::Float(5e-324)] {
            assert_eq!(number.compare(decimal), expected, "{number} {exponent}");
            assert!(!number.is_multiple_of(decimal), "{number} {exponent}");
            assert_eq!(number.is_multiple_of(Decimal::new(5, exponent)), small, "{number} {exponent}");
        }
        assert_eq!(Number::Integer(14).is_multiple_of(decimal), small);
        assert!(decimal.to_string().starts_with("7e"));
    }
    assert_eq!(
        Decimal::new(i128::MIN, i32::MAX).to_string(),
        "-1.70141183460469231731687303715884105728e2147483685"
    );
}

#[test]
fn what_is_not_finite_lies_outside_all_bounds_and_on_no_step() {
    let bound = Decimal::new(i128::MAX, 400);
    assert_eq!(Number::Float(f64::INFINITY).compare(bound), Ordering::Greater);
    assert_eq!(Number::Float(f64::NAN).compare(bound), Ordering::Greater);
    assert_eq!(Number::Float(f64::NEG_INFINITY).compare(Decimal::new(0, 0)), Ordering::Less);
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let number = Number::Float(value);
        assert!(!number.is_multiple_of(HUNDREDTH) && !number.is_multiple_of(bound) && !number.is_integer());
    }
}

#[test]
fn equality_is_that_of_values_and_exact() {
    let equal = |left: Number, right: Number| left.equals(right) && right.equals(left);
    assert!(equal(Number::Integer(1), Number::Float(1.0)) && equal(Number::Integer(0), Number::Float(-0.0)));
    assert!(equal(Number::Float(0.5), Number::Float(0.5)) && equal(Number::Integer(-7), Number::Integer(-7)));
    assert!(equal(Number::Integer(9_007_199_254_740_992), Number::Float(9_007_199_254_740_992.0)));
    assert!(!equal(Number::Integer(9_007_199_254_740_993), Number::Float(9_007_199_254_740_992.0)));
    assert!(!equal(Number::Integer(1), Number::Float(1.5)) && !equal(Number::Integer(1), Number::Integer(2)));
    assert!(!equal(Number::Integer(i128::MAX), Number::Float(2_f64.powi(127))));
    assert!(equal(Number::Integer(i128::MIN), Number::Float(-(2_f64.powi(127)))));
    assert!(
        !equal(Number::Integer(0), Number::Float(f64::NAN))
            && !equal(Number::Integer(0), Number::Float(1e308))
    );
}

#[test]
fn a_float_without_a_fraction_is_an_integer() {
    for integer in [Number::Integer(5), Number::Float(1024.0), Number::Float(1e30), Number::Float(-0.0)] {
        assert!(integer.is_integer(), "{integer}");
    }
    for fraction in [0.5, -1.25, 5e-324, 4_503_599_627_370_495.5] {
        assert!(!Number::Float(fraction).is_integer(), "{fraction}");
    }
}

#[test]
fn numbers_come_from_json_as_they_are_held() {
    let number = |text: &str| Number::from(&text.parse::<serde_json::Number>().expect("a number"));
    assert!(matches!(number("18446744073709551615"), Number::Integer(18_446_744_073_709_551_615)));
    assert!(matches!(number("-9223372036854775808"), Number::Integer(-9_223_372_036_854_775_808)));
    assert!(matches!(number("18446744073709551616"), Number::Float(_)));
    assert!(matches!(number("1.0"), Number::Float(_)) && matches!(number("-0"), Number::Float(_)));
}

#[test]
fn numbers_print_as_the_shortest_text_that_reads_back() {
    let texts = ["1024.0", "0.1", "-0.0", "1e30", "1.7976931348623157e308", "5e-324", "0.30000000000000004"];
    for text in texts {
        assert_eq!(float(text).to_string(), text);
    }
    assert_eq!(Number::Integer(-42).to_string(), "-42");
}

#[test]
fn products_are_exact_and_stop_at_the_end_of_the_range() {
    let product = |a: &str, b: &str| {
        let [a, b] = [a, b].map(|text| float(text).printed().expect("a finite number"));
        a.times(b).to_string()
    };
    assert_eq!(product("0.1", "0.2"), "0.02");
    assert_eq!(product("-1024", "1e3"), "-1024000");
    assert_eq!(product("1.7976931348623157e308", "5e-324"), "8.9884656743115785e-16");
    let long = Decimal::new(9_999_999_999_999_999_999, -19);
    assert_eq!(long.times(long), Decimal::new(99_999_999_999_999_999_980_000_000_000_000_000_001, -38));
    let huge = Decimal::new(i128::MAX, 3);
    assert_eq!(huge.times(Decimal::new(-2, 1)).compare(huge.negated()), Ordering::Less);
    assert_eq!(Decimal::new(7, i32::MAX).times(Decimal::new(1, 1)), Decimal::new(7, i32::MAX));
}

#[test]
fn a_decimal_has_a_sign_unless_it_is_zero() {
    let negative = Decimal::new(-5, 2);
    assert!(negative.is_negative() && !negative.is_zero() && !negative.negated().is_negative());
    assert_eq!(negative.negated(), Decimal::new(5, 2));
    assert!(Decimal::new(0, 9).is_zero() && !Decimal::new(0, 9).is_negative());
    assert_eq!(Number::Integer(-500).printed().map(|value| value.compare(negative)), Some(Ordering::Equal));
}

#[test]
fn decimals_print_as_people_write_them() {
    let cases = [
        (16, 0, "16"),
        (1, -2, "0.01"),
        (-4, 0, "-4"),
        (3_333_333_333_333_333, -16, "0.3333333333333333"),
        (1, 308, "1e308"),
        (0, 5, "0"),
        (0, -5, "0"),
        (100, -2, "1"),
        (1050, -2, "10.5"),
        (-125, -3, "-0.125"),
        (2, 3, "2000"),
        (829_440_000, -2, "8294400"),
        (1, 20, "100000000000000000000"),
        (1, 21, "1e21"),
        (1, -6, "0.000001"),
        (1, -7, "1e-7"),
        (15, -10, "1.5e-9"),
        (-123, 40, "-1.23e42"),
        (123_456_789_123_456_789_123_456_789, -18, "123456789.123456789123456789"),
        (i128::MAX, -38, "1.70141183460469231731687303715884105727"),
        (i128::MAX, -44, "0.00000170141183460469231731687303715884105727"),
        (i128::MIN, 0, "-1.70141183460469231731687303715884105728e38"),
    ];
    for (mantissa, exponent, text) in cases {
        assert_eq!(Decimal::new(mantissa, exponent).to_string(), text);
    }
}
