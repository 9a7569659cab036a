use clap::Args;
use serde::Serialize;
use wbo_engine::capture::Selection;

use super::{SettingReport, builds, marks};
use crate::catalogues::CatalogueArgs;
use crate::clean::Clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::ui::Ui;

/// Show all that is known of a setting
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Its id
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    catalogues: CatalogueArgs,
}

#[derive(Serialize)]
struct ShowReport {
    wbo: &'static str,
    version: u32,
    setting: SettingReport,
}

pub(super) fn run(args: &ShowArgs, ui: Ui) -> Result<Exit, CommandError> {
    let catalogue = args.catalogues.load()?;
    let Some(setting) = catalogue.get(&args.id) else {
        // A pattern that fits nothing knows what was probably meant.
        let (error, hint) = match Selection::new(std::slice::from_ref(&args.id), &[], &[], &catalogue) {
            Err(error) => (error.to_string(), "`wbo catalog list` lists the settings".to_owned()),
            Ok(_) => {
                let hint = format!("`wbo catalog list '{}'` lists those that fit", args.id);
                (format!("'{}' is not the id of one setting", args.id), hint)
            }
        };
        return Err(CommandError::usage(error).hint(hint));
    };
    let report = ShowReport { wbo: "catalog-show", version: 1, setting: SettingReport::of(setting, &catalogue) };
    let builds = builds(setting);
    let marks = marks(setting).join(", ");
    ui.result(&report, &|report| text(&report.setting, builds.as_deref(), &marks))?;
    Ok(Exit::Done)
}

fn text(setting: &SettingReport, builds: Option<&str>, marks: &str) -> String {
    let mut text = format!("{}: {}\n", setting.id, Clean(&setting.title));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("  {name:<12} {}\n", Clean(value)));
        }
    };
    line("about", setting.about.as_deref().unwrap_or_default());
    line("category", &format!("{}, {}", setting.category, setting.area));
    line("marks", marks);
    line("builds", builds.unwrap_or_default());
    line("effect", setting.effect);
    line("group", setting.group.as_deref().unwrap_or_default());
    for place in &setting.places {
        line(place.part.as_deref().unwrap_or("place"), &place.place);
        let labels: Vec<String> =
            place.labels.iter().map(|label| format!("{} = {}", label.value, label.label)).collect();
        line("", &labels.join(", "));
        let kind = [place.r#type, place.form, place.unit].into_iter().flatten().collect::<Vec<_>>().join(", ");
        line("", &kind);
        line("", &place.default.as_ref().map(|default| format!("default: {default}")).unwrap_or_default());
    }
    for policy in &setting.policies {
        line("policy", policy);
    }
    line("Microsoft's", setting.microsoft.as_deref().unwrap_or_default());
    for source in &setting.sources {
        let shown = match (&source.title, &source.address) {
            (Some(title), Some(address)) => format!("{title}, {address}"),
            (Some(title), None) => title.clone(),
            (None, _) => source.code.clone(),
        };
        line("source", &shown);
    }
    line("note", setting.note.as_deref().unwrap_or_default());
    text
}
