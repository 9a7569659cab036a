use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::clean::Clean;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::interrupt::Unfinished;
use crate::samples;
use crate::ui::Ui;

/// Show the main job from end to end, on two embedded sample Windows
///
/// Runs each command as you would type it, in a temporary folder, and prints its real output.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Keep the files in this new folder, to go on from there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,

    /// Write the two sample Windows folders to this new folder and stop
    #[arg(long, value_name = "DIR", conflicts_with = "keep")]
    images: Option<PathBuf>,
}

/// A command of the demo, how it is to end, and what it shows.
struct Step {
    says: &'static str,
    args: &'static [&'static str],
    exit: Exit,
}

const STEPS: [Step; 23] = [
    Step {
        says: "The drive of a Windows that is switched off lies here as a folder. Who has settings on it?",
        args: &["users", "windows-11"],
        exit: Exit::Done,
    },
    Step {
        says: "What should one know before one captures the other PC on the bench?",
        args: &["doctor", "windows-10"],
        exit: Exit::Partly,
    },
    Step {
        says: "Alice, who moves to a new PC, makes a key.",
        args: &["key", "generate", "--out", "alice.key"],
        exit: Exit::Done,
    },
    Step {
        says: "The bench makes a key to sign with.",
        args: &["key", "generate", "--signing", "--out", "bench"],
        exit: Exit::Done,
    },
    Step {
        says: "Her settings become one file, encrypted for her and for nobody else, and signed by the bench.",
        args: &[
            "capture",
            "windows-11",
            "--user",
            "AliceExample",
            "--out",
            "alice.wbo",
            "--recipients-file",
            "alice.pub",
            "--sign",
            "bench",
        ],
        exit: Exit::Done,
    },
    Step { says: "Without a key it says little.", args: &["inspect", "alice.wbo"], exit: Exit::Done },
    Step {
        says: "With her key it says what is inside; who signed it is believed because of a list of signers.",
        args: &["inspect", "alice.wbo", "--identity", "alice.key", "--signers", "signers"],
        exit: Exit::Done,
    },
    Step {
        says: "The taskbar of everybody who has one there, without writing anything.",
        args: &["capture", "windows-11", "--all-users", "--only", "taskbar.a*,taskbar.w*", "--dry-run"],
        exit: Exit::Done,
    },
    Step {
        says: "Why is a setting captured or not, and where is it?",
        args: &["explain", "taskbar.widgets", "windows-11", "--user", "AliceExample"],
        exit: Exit::Done,
    },
    Step {
        says: "Secrets stay behind, whatever is asked for.",
        args: &["explain", "network.proxy-server", "windows-11", "--user", "AliceExample"],
        exit: Exit::Done,
    },
    Step {
        says: "The help desk gets a key of its own; only the end of the file changes, and the seal stays valid.",
        args: &["key", "generate", "--out", "desk.key"],
        exit: Exit::Done,
    },
    Step {
        says: "",
        args: &["recipients", "alice.wbo", "--add", "--recipients-file", "desk.pub", "--identity", "alice.key"],
        exit: Exit::Done,
    },
    Step {
        says: "Every byte is checked, with the help desk's key.",
        args: &["verify", "alice.wbo", "--identity", "desk.key", "--signers", "signers"],
        exit: Exit::Done,
    },
    Step {
        says: "One changed bit on the way is found, and named.",
        args: &["verify", "changed.wbo", "--identity", "desk.key", "--signers", "signers"],
        exit: Exit::Damaged,
    },
    Step {
        says: "All users of the other PC at once, for the help desk.",
        args: &["capture", "windows-10", "--all-users", "--out", "profiles", "--recipients-file", "desk.pub"],
        exit: Exit::Done,
    },
    Step {
        says: "Bob, on the other PC, is to have her taskbar and colors. What is there now, to compare at the end?",
        args: &["hive", "export", "windows-10/Users/bob/NTUSER.DAT", "--utf8", "--out", "before.reg"],
        exit: Exit::Done,
    },
    Step {
        says: "Can it be done?",
        args: &[
            "preflight",
            "alice.wbo",
            "windows-10",
            "--user",
            "bob",
            "--map-user",
            "AliceExample=bob",
            "--identity",
            "alice.key",
            "--signers",
            "signers",
        ],
        exit: Exit::Done,
    },
    Step {
        says: "What would change? The plan is kept, and holds only while that Windows stays as it is.",
        args: &[
            "plan",
            "alice.wbo",
            "windows-10",
            "--user",
            "bob",
            "--map-user",
            "AliceExample=bob",
            "--only",
            "taskbar.*,appearance.a*,sound.*",
            "--out",
            "bob.plan",
            "--identity",
            "alice.key",
            "--signers",
            "signers",
        ],
        exit: Exit::Done,
    },
    Step {
        says: "All of it or nothing is written, and what was there is kept first.",
        args: &["apply", "bob.plan", "windows-10", "--identity", "alice.key", "--signers", "signers"],
        exit: Exit::Done,
    },
    Step {
        says: "It is as planned: the same plan finds nothing left to change.",
        args: &[
            "plan",
            "alice.wbo",
            "windows-10",
            "--user",
            "bob",
            "--map-user",
            "AliceExample=bob",
            "--only",
            "taskbar.*,appearance.a*,sound.*",
            "--identity",
            "alice.key",
            "--signers",
            "signers",
        ],
        exit: Exit::Done,
    },
    Step { says: "Should the power have failed in between:", args: &["recover", "windows-10"], exit: Exit::Done },
    Step {
        says: "Second thoughts.",
        args: &["undo", "last", "windows-10", "--identity", "alice.key"],
        exit: Exit::Done,
    },
    Step {
        says: "",
        args: &["hive", "export", "windows-10/Users/bob/NTUSER.DAT", "--utf8", "--out", "after.reg"],
        exit: Exit::Done,
    },
];

pub(super) fn run(args: &DemoArgs, ui: Ui) -> Result<Exit, CommandError> {
    if let Some(folder) = &args.images {
        return write_images(folder, ui);
    }
    let failed = |error: std::io::Error| CommandError::failed(format!("the folder of the demo: {error}"));
    let make = || tempfile::Builder::new().prefix("wbo-demo-").tempdir();
    let (temporary, _unfinished) = Unfinished::make(make, |temporary| temporary.path()).map_err(failed)?;
    let folder = match &args.keep {
        Some(folder) => {
            std::fs::create_dir(folder)
                .map_err(|error| CommandError::failed(format!("{}: {error}", folder.display())))?;
            folder.as_path()
        }
        None => temporary.path(),
    };
    samples::build(folder)?;
    for step in &STEPS {
        run_step(step, folder, ui)?;
    }
    let kept = args.keep.as_ref().map(|folder| format!("The files are in {}.\n", folder.display()));
    ui.print(&format!("\n{}", kept.unwrap_or_else(|| "Nothing was left behind.\n".to_owned())))?;
    Ok(Exit::Done)
}

fn write_images(folder: &Path, ui: Ui) -> Result<Exit, CommandError> {
    let failed = |error| CommandError::failed(format!("{}: {error}", folder.display()));
    let make = || std::fs::create_dir(folder).map(|()| folder.to_owned());
    let (_, _unfinished) = Unfinished::make(make, |folder| folder).map_err(failed)?;
    if let Err(error) = samples::build(folder) {
        std::fs::remove_dir_all(folder).map_err(failed)?;
        return Err(error);
    }
    ui.print(&format!(
        "The sample images windows-10 and windows-11 are in {}.\n",
        Clean(&folder.display().to_string())
    ))?;
    Ok(Exit::Done)
}

fn run_step(step: &Step, folder: &Path, ui: Ui) -> Result<(), CommandError> {
    if !step.says.is_empty() {
        ui.print(&format!("\n# {}\n", step.says))?;
    }
    let typed: Vec<String> = step.args.iter().map(|arg| typed(arg)).collect();
    ui.print(&format!("$ wbo {}\n", typed.join(" ")))?;
    let program = std::env::current_exe().map_err(|error| CommandError::failed(format!("this program: {error}")))?;
    let output = Command::new(program).args(step.args).current_dir(folder).output();
    let output = output.map_err(|error| CommandError::failed(format!("this program: {error}")))?;
    ui.print(&String::from_utf8_lossy(&output.stdout))?;
    ui.print(&String::from_utf8_lossy(&output.stderr))?;
    if output.status.code() != Some(i32::from(step.exit.code())) {
        return Err(CommandError::failed(format!("`wbo {}` ended with {}", step.args.join(" "), output.status)));
    }
    prepare_next(step, folder, &output.stdout, ui)
}

/// An argument as one types it in a shell.
fn typed(arg: &str) -> String {
    if arg.contains(['*', ' ']) { format!("'{arg}'") } else { arg.to_owned() }
}

/// What a person would do between two commands: save a public key, write the list of signers, lose a bit.
fn prepare_next(step: &Step, folder: &Path, stdout: &[u8], ui: Ui) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| CommandError::failed(format!("the folder of the demo: {error}"));
    match step.args {
        ["key", "generate", "--out", key] => {
            std::fs::write(folder.join(key).with_extension("pub"), stdout).map_err(failed)
        }
        ["key", "generate", "--signing", ..] => {
            let key = String::from_utf8_lossy(stdout);
            let line = format!("bench@example.org namespaces=\"wbo-*\" {key}");
            std::fs::write(folder.join("signers"), line).map_err(failed)
        }
        ["recipients", ..] => {
            let mut bytes = std::fs::read(folder.join("alice.wbo")).map_err(failed)?;
            if let Some(byte) = bytes.get_mut(200) {
                *byte ^= 1;
            }
            std::fs::write(folder.join("changed.wbo"), bytes).map_err(failed)
        }
        ["hive", "export", .., "after.reg"] => {
            // The values of a key may stand in another order then, which means nothing.
            let sorted = |name: &str| -> Result<Vec<String>, CommandError> {
                let text = std::fs::read_to_string(folder.join(name)).map_err(failed)?;
                let mut keys: Vec<Vec<&str>> = text.split("\r\n\r\n").map(|key| key.lines().collect()).collect();
                keys.iter_mut().for_each(|key| key.sort_unstable());
                Ok(keys.into_iter().map(|key| key.join("\n")).collect())
            };
            if sorted("before.reg")? != sorted("after.reg")? {
                return Err(CommandError::failed("what was undone is not what was there before"));
            }
            ui.print("# The two exports have the same keys and the same values.\n")
        }
        _ => Ok(()),
    }
}
