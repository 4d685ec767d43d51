//! Values to try, as source text.

use proptest::prelude::*;

/// A string literal. Few different units, so that they meet; of both widths, surrogates alone and in pairs.
pub fn string(longest: usize) -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        4 => Just(u16::from(b'a')),
        3 => Just(u16::from(b'b')),
        2 => Just(u16::from(b',')),
        1 => Just(u16::from(b'$')),
        1 => Just(u16::from(b'\\')),
        1 => Just(u16::from(b'"')),
        1 => Just(u16::from(b'1')),
        1 => Just(u16::from(b'\n')),
        1 => Just(0x07),
        1 => Just(0xE9),
    ];
    let wide = prop_oneof![Just(0x100), Just(0x2028), Just(0xD83D), Just(0xDE00), Just(0xFFFF)];
    prop_oneof![
        3 => prop::collection::vec(unit.clone(), 0..longest),
        1 => prop::collection::vec(prop_oneof![2 => unit, 1 => wide], 0..longest),
    ]
    .prop_map(|units| literal(&units))
}

pub fn literal(units: &[u16]) -> String {
    let units: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{units}\"")
}

/// A position, or what becomes one.
pub fn position() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-3..12_i32).prop_map(|number| number.to_string()),
        1 => prop::sample::select(vec!["undefined", "null", "NaN", "Infinity", "-Infinity", "2.7", "-0", "'3'", "1e300", "true", "1n", "{}"])
            .prop_map(str::to_owned),
    ]
}

pub fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (-20..20_i32).prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| if number.is_finite() { format!("{number:e}") } else { "0.5".to_owned() }),
        1 => any::<i64>().prop_map(|number| format!("Number(\"{number}\")")),
        1 => prop::sample::select(vec!["-0", "0.1", "1e21", "1e-7", "2147483648", "-2147483648", "9007199254740993", "5e-324"])
            .prop_map(str::to_owned),
    ]
}

/// A value that JSON can carry, or something near it.
pub fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => number(),
        3 => string(8),
        1 => prop::sample::select(vec![
            "true", "false", "null", "undefined", "NaN", "-Infinity", "() => 1", "Symbol('s')", "new Date(0)", "new Number(3)",
            "new String('s')", "new Boolean(false)", "new Map([[1, 2]])", "/x/g", "Object(Symbol())", "Object.create({inherited: 1})",
            "JSON.rawJSON('1.50')", "new (class A { x = 1; get y() { return 2 } })", "new Proxy({p: 1}, {})", "new Proxy([1, 2], {})",
            "({toJSON(key) { return 'as ' + key }})", "({get g() { return 'got' }})", "Object.defineProperty({v: 1}, 'h', {value: 2})",
            "[1,,3]", "Object.assign([1], {extra: 1})", "new Uint8Array(2)", "({[Symbol('k')]: 1, k: 2})", "new Error('e')",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((key(), inner), 0..6).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(key, value)| format!("[{key}]: {value}")).collect();
                format!("({{{}}})", members.join(","))
            }),
        ]
    })
}

pub fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => string(4),
        3 => prop::sample::select(vec!["'a'", "'b'", "'__proto__'", "'0'", "'10'", "'2'", "'4294967295'", "'toString'", "'length'", "''"])
            .prop_map(str::to_owned),
    ]
}
