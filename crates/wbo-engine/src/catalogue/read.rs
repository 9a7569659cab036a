//! From a TOML file to settings.

use std::collections::BTreeMap;

use profile_format::Category;
use registry::Name;
use toml::de::{DeTable, DeValue};

use super::error::{CatalogueError, CatalogueErrors, Flaw};
use super::fields::{Fields, Report, integer};
use super::place::{
    Bits, Except, Fallback, FilePath, FilesPlace, Place, RegistryPlace, ValuePath, Values, user_or_machine,
};
use super::setting::{Became, Builds, Part, Setting, Source};
use super::words::{Each, Effect, Kind, MergeBy, Portability, Sensitivity, Unit};
use crate::forms::Form;
use crate::{Glob, KnownFolder, NameGlob};

/// What one file says.
#[derive(Default)]
pub(super) struct FileContent {
    /// Its settings, in its order, each with its line. How many families they have is not known yet.
    pub(super) settings: Vec<(usize, Setting)>,
    /// Its sources by code, each with its line.
    pub(super) sources: Vec<(usize, String, Source)>,
}

/// Reads a file of settings. `file` names it in messages.
pub(super) fn read_file(file: &str, text: &str) -> Result<FileContent, CatalogueErrors> {
    let mut report = Report::new(file, text);
    let mut content = FileContent::default();
    match DeTable::parse(text) {
        Ok(table) => read_table(table.get_ref(), &mut content, &mut report),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            report.flaw(at, None, Flaw::NotToml(error.message().to_owned()));
        }
    }
    let mut errors = report.errors;
    errors.sort_by_key(|error: &CatalogueError| error.line);
    if errors.is_empty() { Ok(content) } else { Err(CatalogueErrors(errors)) }
}

fn read_table(table: &DeTable<'_>, content: &mut FileContent, report: &mut Report<'_>) {
    let mut fields = Fields::of(table, 0, None);
    match fields.number("catalogue", 0..u64::MAX, report) {
        Some(1) => (),
        Some(found) => return report.flaw(0, None, Flaw::OtherForm { found }),
        None => report.flaw(0, None, Flaw::Missing { word: "catalogue" }),
    }
    let area = fields.text("area", report).map(|(_, area)| area);
    let category = fields.word("category", &Category::NAMED, report);
    if let Some((_, sources)) = fields.table("source", report) {
        for (code, source) in sources.iter() {
            let at = code.span().start;
            let Some(table) = source.get_ref().as_table() else {
                fields.wrong_type(report, at, "source", "a table", source.get_ref());
                continue;
            };
            if let Some(source) = read_source(Fields::of(table, at, None), report) {
                content.sources.push((report.line(at), code.get_ref().to_string(), source));
            }
        }
    }
    if let Some((at, settings)) = fields.take("setting") {
        let Some(list) = settings.as_array() else {
            return fields.wrong_type(report, at, "setting", "a list of tables, [[setting]]", settings);
        };
        if area.is_none() {
            report.flaw(0, None, Flaw::Missing { word: "area" });
        }
        for setting in list.iter() {
            let at = setting.span().start;
            let Some(table) = setting.get_ref().as_table() else {
                fields.wrong_type(report, at, "setting", "a table", setting.get_ref());
                continue;
            };
            let read = read_setting(table, at, area.unwrap_or_default(), category, report);
            content.settings.extend(read.map(|setting| (report.line(at), setting)));
        }
    }
    fields.finish(report);
}

fn read_source(mut fields: Fields<'_>, report: &mut Report<'_>) -> Option<Source> {
    let title = fields.needed_text("title", report);
    let address = fields.text("address", report).map(|(_, address)| address.to_owned());
    let family = fields.needed_text("family", report);
    fields.finish(report);
    Some(Source { title: title?.to_owned(), address, family: family?.to_owned() })
}

fn read_setting(
    table: &DeTable<'_>,
    at: usize,
    area: &str,
    category: Option<Category>,
    report: &mut Report<'_>,
) -> Option<Setting> {
    let id = table.iter().find(|(key, _)| key.get_ref() == "id").and_then(|(_, id)| id.get_ref().as_str());
    let mut fields = Fields::of(table, at, id.map(ToOwned::to_owned));
    let id = fields.needed_text("id", report);
    if let Some(id) = id.filter(|id| !is_id(id)) {
        fields.flaw(
            report,
            at,
            Flaw::NotA {
                expected: "an id: words of a-z, 0-9 and -, two at least, joined by dots",
                found: id.to_owned(),
            },
        );
    }
    let title = fields.needed_text("title", report);
    let own_category = fields.word("category", &Category::NAMED, report);
    if category.is_none() && own_category.is_none() {
        fields.flaw(report, at, Flaw::Missing { word: "category" });
    }
    let text = |fields: &mut Fields<'_>, word, report: &mut Report<'_>| {
        fields.text(word, report).map(|(_, text)| text.to_owned())
    };
    let sources: Vec<String> = fields.texts("sources", report).into_iter().map(|(_, code)| code.to_owned()).collect();
    if sources.is_empty() {
        fields.flaw(report, at, Flaw::Missing { word: "sources" });
    }
    let policies = fields.texts("policy", report).into_iter().filter_map(|(at, policy)| {
        let path = ValuePath::parse(policy);
        if path.is_none() {
            fields.flaw(
                report,
                at,
                Flaw::NotA {
                    expected: r"a value of a policy, as HKLM\SOFTWARE\Policies\KEY!VALUE",
                    found: policy.to_owned(),
                },
            );
        }
        path
    });
    let policies = policies.collect();
    let setting = Setting {
        id: id.unwrap_or_default().to_owned(),
        title: title.unwrap_or_default().to_owned(),
        about: text(&mut fields, "about", report),
        area: area.to_owned(),
        category: own_category.or(category).unwrap_or(Category::SYSTEM),
        microsoft: text(&mut fields, "microsoft", report),
        builds: read_builds(&mut fields, report),
        portability: fields.word("portability", Portability::NAMED, report).unwrap_or(Portability::Roams),
        effect: fields.word("effect", Effect::NAMED, report).unwrap_or(Effect::Live),
        sensitivity: fields.word("sensitivity", Sensitivity::NAMED, report),
        on_request: fields.word("capture", &[((), "on-request")], report).is_some(),
        group: text(&mut fields, "group", report),
        became: read_became(&mut fields, report),
        new_users: fields.word("new-users", &[(false, "no")], report).unwrap_or(true),
        policies,
        sources,
        note: text(&mut fields, "note", report),
        parts: read_parts(&mut fields, report),
        families: 0,
    };
    // A group is merged as a whole, so that its settings still belong together.
    if setting.group.is_some() && setting.parts.iter().any(|part| part.place.merge().is_some()) {
        fields.flaw(report, at, Flaw::Both { one: "group", other: "merge" });
    }
    fields.finish(report);
    (id.is_some() && title.is_some() && !setting.parts.is_empty()).then_some(setting)
}

fn is_id(id: &str) -> bool {
    let word_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    id.contains('.')
        && id.len() <= profile_format::limits::MAX_SETTING_ID
        && id.split('.').all(|word| !word.is_empty() && word.bytes().all(word_byte))
}

fn read_builds(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Builds {
    let Some((at, table)) = fields.table("builds", report) else { return Builds::default() };
    let mut inner = Fields::of(table, at, fields.setting.clone());
    let mut build = |word, report: &mut Report<'_>| {
        inner.number(word, FIRST_BUILD..u64::from(u32::MAX), report).and_then(|build| u32::try_from(build).ok())
    };
    let builds = Builds { from: build("from", report), to: build("to", report) };
    inner.finish(report);
    if builds.is_all() {
        fields.flaw(report, at, Flaw::Empty { word: "builds" });
    }
    if let (Some(from), Some(to)) = (builds.from, builds.to)
        && from > to
    {
        let flaw = Flaw::OutOfRange { word: "to", found: to.into(), least: from.into(), most: u32::MAX.into() };
        fields.flaw(report, at, flaw);
    }
    builds
}

/// Windows 7: nothing older has the settings of any catalogue.
const FIRST_BUILD: u64 = 7600;

fn read_parts(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Vec<Part> {
    let Some((at, table)) = fields.table("parts", report) else {
        let line = report.line(fields.start);
        return read_place(fields, report).map(|place| Part { name: None, place, line }).into_iter().collect();
    };
    for word in ["key", "file"] {
        if fields.has(word) {
            fields.flaw(report, at, Flaw::Both { one: "parts", other: if word == "key" { "key" } else { "file" } });
        }
    }
    let mut parts = Vec::new();
    for (name, part) in table.iter() {
        let at = name.span().start;
        let Some(inner) = part.get_ref().as_table() else {
            fields.wrong_type(report, at, "parts", "tables, [setting.parts.NAME]", part.get_ref());
            continue;
        };
        let mut inner = Fields::of(inner, at, fields.setting.clone());
        let place = read_place(&mut inner, report);
        inner.finish(report);
        let name = Some(name.get_ref().to_string());
        parts.extend(place.map(|place| Part { name, place, line: report.line(at) }));
    }
    for part in &parts {
        let Place::Files(FilesPlace { unless: Some(other), .. }) = &part.place else { continue };
        let follows = |part: &Part| matches!(&part.place, Place::Registry(place) if place.follow);
        if !parts.iter().any(|part| part.name.as_ref() == Some(other) && follows(part)) {
            fields.flaw(report, at, Flaw::NotA { expected: "a part with 'follow'", found: other.clone() });
        }
    }
    parts
}

fn read_place(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Place> {
    match (fields.has("key"), fields.has("file")) {
        (true, true) => fields.flaw(report, fields.start, Flaw::Both { one: "key", other: "file" }),
        (true, false) => return read_registry_place(fields, report).map(|place| Place::Registry(Box::new(place))),
        (false, true) => return read_files_place(fields, report).map(Place::Files),
        (false, false) => fields.flaw(report, fields.start, Flaw::NoPlace),
    }
    None
}

fn read_files_place(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<FilesPlace> {
    let files = read_file_path("file", fields, report);
    let each = fields.word("each", &[(Each::File, "file")], report);
    let except = fields.texts("except", report).into_iter().map(|(_, glob)| Glob::new(glob)).collect();
    let unless = fields.text("unless", report).map(|(_, part)| part.to_owned());
    let form = read_form(true, fields, report);
    Some(FilesPlace { files: files?, each, except, unless, form })
}

fn read_file_path(word: &'static str, fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<FilePath> {
    let (at, text) = fields.text(word, report)?;
    let path = FilePath::parse(text);
    if path.is_none() {
        let expected = r"a file below a known folder, as %APPDATA%\NAME";
        fields.flaw(report, at, Flaw::NotA { expected, found: text.to_owned() });
    }
    path
}

/// A hive of a packaged app: those of users and of the PC are not read by their files.
fn read_hive(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<FilePath> {
    let file = read_file_path("hive", fields, report)?;
    let packages = Glob::new(r"Packages\**");
    let below = Name::split_path(&file.pattern.to_string());
    if file.folder != KnownFolder::LocalAppData || !packages.matches(&below) || below.len() < 2 {
        let expected = r"a hive of a packaged app, as %LOCALAPPDATA%\Packages\NAME\Settings\settings.dat";
        fields.flaw(report, fields.start, Flaw::NotA { expected, found: file.to_string() });
    }
    Some(file)
}

fn read_registry_place(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<RegistryPlace> {
    let hive = read_hive(fields, report);
    let key = fields.text("key", report).and_then(|(at, text)| {
        let key = user_or_machine(text);
        if key.is_none() {
            fields.flaw(report, at, Flaw::NotA { expected: "a key below HKCU or HKLM", found: text.to_owned() });
        }
        key
    });
    let keys =
        fields.has("keys").then(|| fields.texts("keys", report).into_iter().map(|(_, glob)| Glob::new(glob)).collect());
    let values = read_values(fields, report);
    let each = fields.word("each", &[(Each::Key, "key"), (Each::Value, "value")], report);
    let except = fields.texts("except", report).into_iter().map(|(_, text)| match text.split_once('!') {
        Some((keys, value)) => Except { keys: Glob::new(keys), values: Some(NameGlob::new(value)) },
        None => Except { keys: Glob::new(text), values: None },
    });
    let except = except.collect();
    let kind = fields.word("type", Kind::NAMED, report).unwrap_or(Kind::Any);
    let bits = read_bits(kind, fields, report);
    let keep_others = fields.word("others", &[(true, "keep")], report).unwrap_or(false);
    let follow = read_follow(fields, report);
    let form = read_form(false, fields, report);
    let merge = read_merge(kind, bits, form, fields, report);
    let unit = fields.word("unit", Unit::NAMED, report);
    let labels = read_labels(kind, bits, fields, report);
    let default = read_default(kind, fields, report);
    for (said, word) in [(bits.is_some(), "bits"), (default.is_some(), "default")] {
        if said && !matches!(values, Values::One(_)) {
            fields.flaw(report, fields.start, Flaw::Needs { word, needs: "value" });
        }
    }
    if follow && !matches!(form, Some(Form::Path | Form::Paths)) {
        fields.flaw(report, fields.start, Flaw::Needs { word: "follow", needs: "form = \"path\"" });
    }
    Some(RegistryPlace {
        hive,
        key: key?,
        keys,
        values,
        each,
        except,
        bits,
        keep_others,
        follow,
        merge,
        kind,
        form,
        unit,
        labels,
        default,
    })
}

/// Bits are merged where the place says which, elements where the data are a list.
fn read_merge(
    kind: Kind,
    bits: Option<Bits>,
    form: Option<Form>,
    fields: &mut Fields<'_>,
    report: &mut Report<'_>,
) -> Option<MergeBy> {
    let merge = fields.word("merge", MergeBy::NAMED, report)?;
    let is_list = bits.is_none() && (kind == Kind::List || matches!(form, Some(Form::Paths | Form::GuidList)));
    match merge {
        MergeBy::Bits if bits.is_none() => {
            fields.flaw(report, fields.start, Flaw::Needs { word: "merge = \"bits\"", needs: "bits" });
        }
        MergeBy::Elements if !is_list => {
            let needs = "type = \"list\", form = \"paths\" or form = \"guid-list\"";
            fields.flaw(report, fields.start, Flaw::Needs { word: "merge = \"elements\"", needs });
        }
        _ => (),
    }
    Some(merge)
}

fn read_form(of_files: bool, fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Form> {
    let forms: Vec<_> = Form::ALL.into_iter().filter(|(form, _)| form.is_of_files() == of_files).collect();
    fields.word("form", &forms, report)
}

fn read_values(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Values {
    if fields.has("value") && fields.has("values") {
        fields.flaw(report, fields.start, Flaw::Both { one: "value", other: "values" });
    }
    let one = fields.any_text("value", report).map(|(_, name)| Values::One(Name::from(name)));
    let several: Vec<NameGlob> =
        fields.texts("values", report).into_iter().map(|(_, name)| NameGlob::new(name)).collect();
    match one {
        Some(one) => one,
        None if several.is_empty() => Values::All,
        None => Values::Some(several),
    }
}

fn read_follow(fields: &mut Fields<'_>, report: &mut Report<'_>) -> bool {
    let Some((at, value)) = fields.take("follow") else { return false };
    if value.as_bool() != Some(true) {
        fields.wrong_type(report, at, "follow", "true, or not said", value);
    }
    true
}

fn read_bits(kind: Kind, fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Bits> {
    let (at, table) = fields.table("bits", report)?;
    let mut inner = Fields::of(table, at, fields.setting.clone());
    let byte = inner.number("byte", 0..1024, report).and_then(|byte| usize::try_from(byte).ok());
    let mask = inner.number("mask", 1..u64::from(u32::MAX) + 1, report).and_then(|mask| u32::try_from(mask).ok());
    inner.finish(report);
    match (kind, byte) {
        (Kind::Binary, None) => fields.flaw(report, at, Flaw::Needs { word: "bits", needs: "byte" }),
        (Kind::Binary, Some(_)) | (Kind::Dword | Kind::Text, None) => (),
        (Kind::Dword | Kind::Text, Some(_)) => {
            fields.flaw(report, at, Flaw::Needs { word: "byte", needs: "type = \"binary\"" });
        }
        _ => fields.flaw(report, at, Flaw::Needs { word: "bits", needs: "type = \"binary\", \"dword\" or \"text\"" }),
    }
    if mask.is_none() && !inner_said(table, "mask") {
        fields.flaw(report, at, Flaw::Missing { word: "mask" });
    }
    Some(Bits { byte, mask: mask? })
}

/// `became = { setting = "ID", values = { 0 = "1" } }`.
fn read_became(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Became> {
    let (at, table) = fields.table("became", report)?;
    let mut inner = Fields::of(table, at, fields.setting.clone());
    let id = inner.needed_text("setting", report).map(ToOwned::to_owned);
    let values = inner.table("values", report);
    inner.finish(report);
    let mut pairs = Vec::new();
    for (value, other) in values.iter().flat_map(|(_, table)| table.iter()) {
        match other.get_ref().as_str() {
            Some(other) => pairs.push((value.get_ref().to_string(), other.to_owned())),
            None => fields.wrong_type(report, value.span().start, "values", "texts", other.get_ref()),
        }
    }
    Some(Became { id: id?, values: pairs })
}

fn inner_said(table: &DeTable<'_>, word: &str) -> bool {
    table.iter().any(|(key, _)| key.get_ref() == word)
}

fn read_labels(
    kind: Kind,
    bits: Option<Bits>,
    fields: &mut Fields<'_>,
    report: &mut Report<'_>,
) -> Vec<(String, String)> {
    let Some((at, table)) = fields.table("labels", report) else { return Vec::new() };
    if table.is_empty() {
        fields.flaw(report, at, Flaw::Empty { word: "labels" });
    }
    let most = match (bits, kind) {
        (Some(bits), _) => Some(u64::from(bits.mask >> bits.mask.trailing_zeros())),
        (None, Kind::Dword) => Some(u32::MAX.into()),
        (None, Kind::Qword) => Some(u64::MAX),
        (None, _) => None,
    };
    let mut labels = Vec::new();
    for (value, label) in table.iter() {
        let at = value.span().start;
        let text = match label.get_ref().as_str() {
            Some("") => {
                fields.flaw(report, at, Flaw::Empty { word: "labels" });
                continue;
            }
            Some(text) => text,
            None => {
                fields.wrong_type(report, at, "labels", "texts", label.get_ref());
                continue;
            }
        };
        let value: &str = value.get_ref();
        let fits = most
            .is_none_or(|most| value.parse::<u64>().is_ok_and(|number| number <= most && number.to_string() == value));
        if !fits {
            let expected = format!("a whole number from 0 to {}", most.unwrap_or_default());
            fields.flaw(report, at, Flaw::Label { value: value.to_owned(), label: text.to_owned(), expected });
        }
        labels.push((value.to_owned(), text.to_owned()));
    }
    labels.sort_by_key(|(value, _)| (value.parse::<u64>().unwrap_or(u64::MAX), value.clone()));
    labels
}

fn read_default(kind: Kind, fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Fallback> {
    let (at, value) = fields.take("default")?;
    let fallback = match (value, kind) {
        (DeValue::Integer(_), Kind::Dword | Kind::Qword | Kind::Text | Kind::Binary | Kind::Any) => {
            integer(value).map(Fallback::Number)
        }
        (DeValue::String(text), Kind::Text | Kind::Any) => Some(Fallback::Text(text.to_string())),
        (DeValue::Array(list), Kind::List | Kind::Any) => {
            let texts = list.iter().map(|item| item.get_ref().as_str().map(ToOwned::to_owned));
            texts.collect::<Option<_>>().map(Fallback::List)
        }
        _ => None,
    };
    if fallback.is_none() {
        let expected = match kind {
            Kind::Dword | Kind::Qword | Kind::Binary => "a whole number",
            Kind::Text => "a text, or a number for bits of one",
            Kind::List => "a list of texts",
            Kind::Any => "a number, a text or a list of texts",
        };
        fields.wrong_type(report, at, "default", expected, value);
    }
    fallback
}

/// The sources of a file, each code once; those of the catalogue so far come first.
pub(super) fn add_sources(
    file: &str,
    new: Vec<(usize, String, Source)>,
    sources: &mut BTreeMap<String, Source>,
) -> Result<(), CatalogueErrors> {
    let mut errors = Vec::new();
    for (line, code, source) in new {
        if sources.get(&code).is_some_and(|other| *other != source) {
            let flaw = Flaw::Twice { name: code, first: "the catalogue".to_owned() };
            errors.push(CatalogueError { file: file.to_owned(), line, setting: None, flaw });
        } else {
            sources.insert(code, source);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(CatalogueErrors(errors)) }
}
