//! The names of locales whose numbers Windows still stores.

/// The name of the locale that has this number in Windows' registry, such as `de-DE` for `0407` or `00000407`. A number
/// that several locales share, or one that is not in the table, has none.
pub(super) fn locale_name(number: &str) -> Option<&'static str> {
    let number = u32::from_str_radix(number, 16).ok()?;
    let at = LOCALES.binary_search_by_key(&number, |(number, _)| *number).ok()?;
    LOCALES.get(at).map(|(_, name)| *name)
}

/// The numbers of \[MS-LCID\] that a system locale has, in ascending order.
#[rustfmt::skip]
const LOCALES: [(u32, &str); 145] = [
    (0x0401, "ar-SA"), (0x0402, "bg-BG"), (0x0403, "ca-ES"), (0x0404, "zh-TW"), (0x0405, "cs-CZ"), (0x0406, "da-DK"),
    (0x0407, "de-DE"), (0x0408, "el-GR"), (0x0409, "en-US"), (0x040b, "fi-FI"), (0x040c, "fr-FR"), (0x040d, "he-IL"),
    (0x040e, "hu-HU"), (0x040f, "is-IS"), (0x0410, "it-IT"), (0x0411, "ja-JP"), (0x0412, "ko-KR"), (0x0413, "nl-NL"),
    (0x0414, "nb-NO"), (0x0415, "pl-PL"), (0x0416, "pt-BR"), (0x0417, "rm-CH"), (0x0418, "ro-RO"), (0x0419, "ru-RU"),
    (0x041a, "hr-HR"), (0x041b, "sk-SK"), (0x041c, "sq-AL"), (0x041d, "sv-SE"), (0x041e, "th-TH"), (0x041f, "tr-TR"),
    (0x0420, "ur-PK"), (0x0421, "id-ID"), (0x0422, "uk-UA"), (0x0423, "be-BY"), (0x0424, "sl-SI"), (0x0425, "et-EE"),
    (0x0426, "lv-LV"), (0x0427, "lt-LT"), (0x0429, "fa-IR"), (0x042a, "vi-VN"), (0x042b, "hy-AM"), (0x042c, "az-Latn-AZ"),
    (0x042d, "eu-ES"), (0x042f, "mk-MK"), (0x0436, "af-ZA"), (0x0437, "ka-GE"), (0x0438, "fo-FO"), (0x0439, "hi-IN"),
    (0x043a, "mt-MT"), (0x043e, "ms-MY"), (0x043f, "kk-KZ"), (0x0440, "ky-KG"), (0x0441, "sw-KE"), (0x0443, "uz-Latn-UZ"),
    (0x0444, "tt-RU"), (0x0445, "bn-IN"), (0x0446, "pa-IN"), (0x0447, "gu-IN"), (0x0448, "or-IN"), (0x0449, "ta-IN"),
    (0x044a, "te-IN"), (0x044b, "kn-IN"), (0x044c, "ml-IN"), (0x044d, "as-IN"), (0x044e, "mr-IN"), (0x0450, "mn-MN"),
    (0x0452, "cy-GB"), (0x0453, "km-KH"), (0x0454, "lo-LA"), (0x0456, "gl-ES"), (0x045b, "si-LK"), (0x045e, "am-ET"),
    (0x0461, "ne-NP"), (0x0464, "fil-PH"), (0x0468, "ha-Latn-NG"), (0x046e, "lb-LU"), (0x0481, "mi-NZ"),
    (0x0801, "ar-IQ"), (0x0804, "zh-CN"), (0x0807, "de-CH"), (0x0809, "en-GB"), (0x080a, "es-MX"), (0x080c, "fr-BE"),
    (0x0810, "it-CH"), (0x0813, "nl-BE"), (0x0814, "nn-NO"), (0x0816, "pt-PT"), (0x081d, "sv-FI"), (0x083c, "ga-IE"),
    (0x0c01, "ar-EG"), (0x0c04, "zh-HK"), (0x0c07, "de-AT"), (0x0c09, "en-AU"), (0x0c0a, "es-ES"), (0x0c0c, "fr-CA"),
    (0x1001, "ar-LY"), (0x1004, "zh-SG"), (0x1007, "de-LU"), (0x1009, "en-CA"), (0x100a, "es-GT"), (0x100c, "fr-CH"),
    (0x101a, "hr-BA"), (0x1401, "ar-DZ"), (0x1404, "zh-MO"), (0x1407, "de-LI"), (0x1409, "en-NZ"), (0x140a, "es-CR"),
    (0x140c, "fr-LU"), (0x141a, "bs-Latn-BA"), (0x1801, "ar-MA"), (0x1809, "en-IE"), (0x180a, "es-PA"), (0x180c, "fr-MC"),
    (0x1c01, "ar-TN"), (0x1c09, "en-ZA"), (0x1c0a, "es-DO"), (0x2001, "ar-OM"), (0x200a, "es-VE"), (0x2401, "ar-YE"),
    (0x240a, "es-CO"), (0x241a, "sr-Latn-RS"), (0x2801, "ar-SY"), (0x280a, "es-PE"), (0x281a, "sr-Cyrl-RS"),
    (0x2c01, "ar-JO"), (0x2c0a, "es-AR"), (0x3001, "ar-LB"), (0x300a, "es-EC"), (0x3401, "ar-KW"), (0x3409, "en-PH"),
    (0x340a, "es-CL"), (0x3801, "ar-AE"), (0x380a, "es-UY"), (0x3c01, "ar-BH"), (0x3c0a, "es-PY"), (0x4001, "ar-QA"),
    (0x4009, "en-IN"), (0x400a, "es-BO"), (0x4409, "en-MY"), (0x440a, "es-SV"), (0x4809, "en-SG"), (0x480a, "es-HN"),
    (0x4c0a, "es-NI"), (0x500a, "es-PR"), (0x540a, "es-US"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_are_found_by_number() {
        assert!(LOCALES.is_sorted_by(|(one, _), (other, _)| one < other));
        for (number, name) in [
            ("0407", Some("de-DE")),
            ("00000409", Some("en-US")),
            ("540A", Some("es-US")),
            ("1000", None),
            ("", None),
            ("de-DE", None),
            ("100000409", None),
        ] {
            assert_eq!(locale_name(number), name, "{number}");
        }
    }
}
