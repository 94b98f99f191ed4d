#include "cli/announce_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/options.hpp"

namespace baseline {
namespace {

void add_source(CLI::App& app, Options& options) {
  const auto* const group = "Options";
  AnnounceOptions& own = options.announce;
  CLI::Option* const backup =
      app.add_option("--backup", own.backup,
                     "The backup to read [default: the newest that a deploy made]")
          ->type_name("ID")
          ->group(group);
  CLI::Option* const from =
      app.add_option("--from", options.from, "A database file from elsewhere to read")
          ->type_name("FILE")
          ->excludes(backup)
          ->group(group);
  app.add_flag("--live", own.live, "Read the live database: to see the messages before a deploy")
      ->excludes(backup)
      ->excludes(from)
      ->group(group);
  app.add_option(
         "--announcement", own.announcement,
         "Where to find what each recipient had, as docs/announcement.md tells [default: built in]")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--notice", own.notice,
                 "The general text [default: the one that the announcement names]")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--recipient", own.recipients, "Only this channel; repeatable [default: all]")
      ->type_name("CHANNEL")
      ->allow_extra_args(false)
      ->group(group);
}

void add_sending(CLI::App& app, Options& options) {
  const auto* const group = "Sending";
  AnnounceOptions& own = options.announce;
  CLI::Option* const send =
      app.add_flag("--send", own.send, "Run the command for each message, which it reads on stdin")
          ->group(group);
  app.add_option(
         "COMMAND", own.command,
         "The command to send with and its arguments, behind --; {recipient} stands for the "
         "channel, as does the variable BASELINE_RECIPIENT")
      ->needs(send);
  app.add_option(
         "--sent", own.sent,
         "The record of who has the message [default: announced.jsonl in the backups directory]")
      ->type_name("FILE")
      ->needs(send)
      ->group(group);
  app.add_option("--timeout", own.timeout,
                 "How long the command may take for one message [default: 30s]")
      ->type_name("DURATION")
      ->needs(send)
      ->group(group);
  app.add_flag("--show-output", own.show_output,
               "Show what a command that failed wrote; its arguments are blotted out")
      ->needs(send)
      ->group(group);
  app.add_flag("-y,--yes", options.yes, "Do not ask")->needs(send)->group(group);
}

}  // namespace

void add_announce_options(CLI::App& app, Options& options) {
  add_source(app, options);
  add_sending(app, options);
  app.add_flag("--markdown", options.announce.markdown, "Print the messages as one Markdown text")
      ->group("Output");
}

}  // namespace baseline
