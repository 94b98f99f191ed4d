#include "cli/help.hpp"

#include <algorithm>

namespace baseline::help {

namespace {

constexpr std::string_view kPurpose =
    "Replace a SQLite database by a fresh one made from one baseline migration, in a window of "
    "milliseconds; prove it with checks; put the old one back, bit for bit.";

constexpr std::string_view kFooter = R"(Examples:
  baseline plan     --database app.db    what would happen; nothing is changed
  baseline deploy   --database app.db    in the maintenance window
  baseline verify   --database app.db    after the application has started
  baseline rollback --database app.db    on an incident

Exit codes:
  0         done, or nothing to do
  1         checks failed; the old database is live
  2         wrong usage, configuration, migration or suite; nothing was touched
  3         in use; try again, or --wait; nothing was touched
  4         refused: not safe here; nothing was touched
  5         I/O or database error; the old database is live
  6         needs a person; all paths are printed
  130, 143  interrupted; undone first

'baseline help COMMAND' tells more about a command.)";

constexpr std::string_view kWindow[] = {"deploy", "verify", "rollback"};
constexpr std::string_view kSetup[] = {"init", "run", "checks", "config", "completion", "help"};
constexpr CommandSection kSections[] = {
    {"In the window", kWindow}, {"Before and after", {}}, {"Setting up", kSetup}};

constexpr CommandHelp kCommandHelp[] = {
    {"deploy", "Replace the database by the baseline; keep the old one as a backup",
     R"(The new database is built and checked beside the old one, then exchanged with it in one
atomic step. Until then the old one is not touched; it becomes the backup. When a check
fails after the swap, the old database is put back and the exit code is 1.

Examples:
  baseline deploy --database app.db
  baseline deploy --database app.db --wait 30s --yes
  baseline deploy -d app.db -m migrations/1a2b_baseline.sql --checks checks/

Exit codes:
  0  done, or nothing to do
  1  checks failed; the old database is in place (--on-failure keep: the new)
  2  wrong usage, configuration, migration or suite; nothing was touched
  3  the application or another run uses it; nothing was touched
  4  refused: not safe here; nothing was touched
  5  I/O or database error; the old database is in place
  6  needs a person; all paths are printed)"},
    {"plan", "Show what deploy would do (the same as deploy --dry-run)",
     R"(Prints the rows that would leave, how the backup would be made and why, who has the
database open, and the results of the checks on the new database. Changes nothing.

Example:
  baseline plan --database app.db

Exit codes:
  0  deploy would go through, or has nothing to do
  1  checks would fail
  2  wrong usage, configuration, migration or suite
  3  deploy would find the database in use
  4  deploy would refuse)"},
    {"verify", "Run the checks on the live database while the application runs",
     R"(Read-only: nothing that a check does can change the database or lock the application out.

Examples:
  baseline verify --database app.db
  baseline verify --database app.db --only 'constraints/*'
  baseline verify --database app.db --report junit=checks.xml --report github=-

Exit codes:
  0  the live database passes
  1  it does not
  2  wrong usage, configuration, migration or suite
  5  I/O or database error, or there is no database)"},
    {"rollback", "Put a backup back; keep the database that it replaces",
     R"(Without --to it puts back what the last deploy replaced. After a rollback, or a deploy that
failed, there is nothing to undo: it changes nothing and exits 0. The backup's SHA-256 is
proven on the way.

Examples:
  baseline rollback --database app.db
  baseline rollback --database app.db --to 20261121T023558Z-001
  baseline rollback --database app.db --from /mnt/old.db.zst

Exit codes:
  0  done, or nothing to undo
  1  the application could not be reverted or started; what is live is said
  2  wrong usage or configuration, or no such backup; nothing was touched
  3  the application or another run uses it; nothing was touched
  4  refused: not safe here, or the backup is damaged; nothing was touched
  5  I/O or database error; the database is the one before
  6  needs a person; all paths are printed)"},
    {"run", "Become a command once the database is at the baseline",
     R"(For entrypoints and service managers: what stands behind -- is started when the database is at
the baseline, in the place of this process (same pid; its signals and exit code are its own).

  --on-start verify   refuses to start it unless the database is at the baseline
  --on-start deploy   brings it there first: a missing one is made, and with
                      --wipe-old an old one becomes a backup. Of several that
                      start at once one does it, the others wait
  --on-start skip     starts it, whatever the database is

A database that is at the baseline is recognised read-only and without the lock, also while the
deploy that put it there is sealing the backup. The database that a rollback has put there is let
through as well. The commands of 'application' in baseline.yaml are not run.

Examples:
  baseline run -- python bot.py
  baseline run --database /data/app.db --on-start deploy -- python bot.py

Exit codes:
  4         the database is not at the baseline; the command was not started
  126, 127  the command may not be executed; there is no such command
  others    those of the command, or of 'baseline --help' before it is started)",
     "-- COMMAND [ARGUMENT...]"},
    {"status", "Show what is at the path: revision, drift, who uses it, backups",
     R"(Read-only. With -v it shows where the value of each setting came from.

Examples:
  baseline status --database app.db
  baseline status --database app.db --exit-code    for health checks

Exit codes:
  0  whatever it finds, unless --exit-code is given; then:
  1  not at the baseline, or a run was interrupted
  6  an interrupted run needs a person)"},
    {"recover", "Finish or undo an interrupted run",
     R"(Every command that writes does this first by itself. When the interrupted run had stopped the
application, this says so; --start starts it, with the command that baseline.yaml has for it.

Examples:
  baseline recover --database app.db
  baseline recover --start

Exit codes:
  0  recovered, or nothing to recover
  1  --start could not start the application
  6  it cannot be decided; all paths are printed)"},
    {"history", "Show every deploy, rollback and recovery, newest last",
     R"(Example:
  baseline history --database app.db)"},
    {"report", "Write the page of a past run, to be attached to a change ticket",
     R"(One HTML file that loads nothing from anywhere: verdict, timeline with the window, both schemas
side by side, every check, the backup and the commands to put it back. ID is that of the backup
that the run made, or the run's own, as 'history' shows them. Of a run without a record (of an earlier release,
or ended by a recovery) the page has what the history knows. 'deploy --report html=FILE' writes the
page at once, also of a run that changed nothing.

Examples:
  baseline report --database app.db --output report.html
  baseline report -d app.db 20261121T023558Z-001 > report.html)"},
    {"backups", "The catalogue of backups",
     R"(Example:
  baseline backups list --database app.db)"},
    {"backups list", "List the backups, newest last",
     R"(KEPT: the old file itself (move) or a copy. STATE: sealed with its SHA-256, or when it was
last verified. A backup can be used without this program: copy the database file out of its
directory.

Example:
  baseline backups list --database app.db)"},
    {"backups create", "Make a backup of the live database while the application uses it",
     R"(The copy is of one moment, and filed and sealed like any other backup, with the reason
'manual'. The application goes on. A database that is not in WAL mode is copied in slices, and a
write in between makes the copy begin again; after ten times it gives up with exit code 3.

Example:
  baseline backups create --database app.db)"},
    {"backups prune", "Remove the backups that need not be kept, and say what that frees",
     R"(A backup stays when --keep or --keep-days says so. Never removed are the newest one of a
deploy, what 'rollback' would put back, the one that was verified last, what an interrupted run
needs, what is damaged, and what is of another database. With BASELINE_KEEP or BASELINE_KEEP_DAYS,
or the options, 'deploy' prunes by itself when it has succeeded.

Examples:
  baseline backups prune --database app.db --keep 10 --dry-run
  baseline backups prune --database app.db --keep 10 --keep-days 30)"},
    {"backups export", "Write a backup's database into a file, proving it on the way",
     R"(The file appears complete or not at all; one that exists is not replaced without --force. A
backup that is damaged ends with exit code 4. 'rollback --from FILE' puts such a file back.

Examples:
  baseline backups export --database app.db 20261121T023558Z-001 /mnt/old.db
  baseline backups export -d app.db 20261121T023558Z-001 - --zstd |
    ssh backup 'cat > old.db.zst')"},
    {"backups verify", "Read backups from the disk and compare every bit with their seals",
     R"(Each file's SHA-256, the sizes, the manifest, and SQLite's integrity check. Exit code 1 when
one is damaged. When a backup was last found whole is shown by 'backups list'.

Examples:
  baseline backups verify --database app.db
  baseline backups verify --database app.db 20261121T023558Z-001)"},
    {"announce", "The notice for the users, and what each channel has to add again",
     R"(The data of the old database does not go into the new one. This reads it from the backup and
prints, for each channel, the commands that add back what it had: duplicates are merged, and what
cannot be carried over is named with the reason. Nothing is sent unless --send says so.

With --send the command behind -- runs once for each message, which it reads on stdin. The channel
is in the variable BASELINE_RECIPIENT, and {recipient} stands for it in the arguments. There is no
shell. Who has the message is recorded: the same command again sends to the others only. The exit
code is 1 while somebody has not got it. Nothing of the command but its name is ever shown.

Examples:
  baseline announce --database app.db
  baseline announce --database app.db --markdown > notice.md
  baseline announce -d app.db --send -- ./send-to-channel {recipient})",
     "[-- COMMAND [ARGUMENT...]]"},
    {"init", "Write a configuration, a migration and suites for an application",
     R"(Writes baseline.yaml, baseline/REVISION_baseline.sql and checks/ (as 'checks generate' does)
into an empty directory or one that has none of these files: nothing is written over.

From a database the migration is its schema without the rows, but with the records of Alembic,
Django, Rails, dbmate, golang-migrate, Flyway, Prisma, Knex or sqlx: to the application's own
migrator the new database is as migrated as the old one. The database is not changed and may be in
use.

Examples:
  baseline init --database app.db
  baseline init --migration 1a2b_baseline.sql -o deployment/)"},
    {"completion", "Print the script with which a shell completes commands",
     R"(bash, zsh and fish then complete commands, options, files, the ids of backups, and the names and
tags of checks. The packages install it; else add one of these lines to what the shell reads
when it starts. The script asks the program, so it stays right when that is renewed.

Examples:
  source <(baseline completion bash)    in ~/.bashrc
  source <(baseline completion zsh)     in ~/.zshrc, after compinit
  baseline completion fish | source     in ~/.config/fish/config.fish)"},
    {"help", "Tell about a command",
     R"(The same as --help behind the command.

Examples:
  baseline help
  baseline help backups export)",
     "[COMMAND [SUBCOMMAND]]"},
    {"config", "The configuration file, baseline.yaml",
     R"(Example:
  baseline config json-schema > baseline-config-1.schema.json)"},
    {"config json-schema", "Print the JSON Schema of baseline.yaml, for editors",
     R"(An editor with a YAML language server reads it when the first line of baseline.yaml is
  # yaml-language-server: $schema=./baseline-config-1.schema.json

Example:
  baseline config json-schema > baseline-config-1.schema.json)"},
    {"checks", "What the suites of checks are worth",
     R"(These work on a migration and its suites alone; no database is needed.

Examples:
  baseline checks list
  baseline checks lint --checks checks/ -m migrations/1a2b_baseline.sql
  baseline checks mutate
  baseline checks generate --migration 1a2b_baseline.sql -o checks/)"},
    {"checks list", "List the checks that would run, and in which phase",
     R"(Takes the options with which verify and plan choose checks, and says of what is left out
why. Nothing is run, and no database is needed.

Examples:
  baseline checks list
  baseline checks list --checks checks/ --tag quick --format json)"},
    {"checks lint", "Find what is wrong or doubtful in the suites, and what they leave untested",
     R"(Errors end with exit code 2. Warnings, and constraints of the baseline that no check makes
reject anything, end with 0, or 1 with --strict. Nothing is run, and no database is needed.

Examples:
  baseline checks lint
  baseline checks lint --checks checks/ -m migrations/1a2b_baseline.sql --strict)"},
    {"checks json-schema", "Print the JSON Schema of suites, for editors",
     R"(An editor with a YAML language server reads it when the first line of a suite is
  # yaml-language-server: $schema=./baseline-checks-1.schema.json

Example:
  baseline checks json-schema > checks/baseline-checks-1.schema.json)"},
    {"checks generate", "Write suites for a schema that has none",
     R"(Writes schema.yaml and constraints.yaml: a row that each table accepts, and for every
constraint, type and trigger a statement that it must reject, found by trying the values
that the schema itself names. What could not be put to the test is written with 'skip'
and the reason. The suites are yours then; the same schema gives the same files.

With --database the schema is read from a database, which is not changed and may be in
use, and a migration that makes this schema, REVISION_schema.sql, is written beside the
suites: they are checked against it ('schema: baseline').

No file is written over: name a new directory and compare.

Examples:
  baseline checks generate --migration 1a2b_baseline.sql -o checks/
  baseline checks generate --database app.db -o app-checks/)"},
    {"checks mutate", "Bend the migration in many small ways; show what the checks do not notice",
     R"(Each mutant is the migration with one small change: a bound moved by one, a constraint
dropped, a default changed. The suites are run on each of them, in memory. A mutant that
passes them all has survived: the migration could be wrong in that place and nobody would
notice. With -v the killed ones are listed too, each with the check that failed.

The exit code is 0 whatever survives, unless --min demands a share; and 1 when a check
does not pass on the migration as it is. Ctrl-C ends it with the mutants tried so far.

Examples:
  baseline checks mutate
  baseline checks mutate -m migrations/1a2b_baseline.sql --checks checks/
  baseline checks mutate --min 100
  baseline checks mutate --sample 200)"},
};

}  // namespace

std::string_view purpose() { return kPurpose; }
std::string_view footer() { return kFooter; }

const CommandHelp& of(std::string_view command) {
  for (const CommandHelp& row : kCommandHelp) {
    if (row.name == command) return row;
  }
  static constexpr CommandHelp kNone{};
  return kNone;
}

std::span<const CommandSection> sections() { return kSections; }

std::size_t section_of(std::string_view command) {
  const auto* const named = std::ranges::find_if(kSections, [&](const CommandSection& section) {
    return std::ranges::find(section.commands, command) != section.commands.end();
  });
  const auto* const others = std::ranges::find_if(
      kSections, &std::span<const std::string_view>::empty, &CommandSection::commands);
  const auto* const section = named == std::end(kSections) ? others : named;
  return static_cast<std::size_t>(section - std::begin(kSections));
}

}  // namespace baseline::help
