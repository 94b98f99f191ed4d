#include "store/intent.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

namespace baseline::intent_test {
namespace {

TEST_CASE("an intent survives the journal, with paths that are not UTF-8", "[intent]") {
  Intent intent;
  intent.command = "rollback";
  intent.started = "2026-11-21T02:35:58Z";
  intent.host = "db1";
  intent.pid = 4242;
  intent.revision = "9275fe03c648";
  intent.run = "20261121T023558Z-001-1a2b3c4d";
  intent.backup_id = "20261121T023558Z-001";
  intent.catalogue = "/srv/\xff backups";
  intent.strategy = BackupStrategy::copy;
  intent.manifest = "{\"a\": \"\\n\"}";
  intent.also = {"/mnt/\xfe", "/mnt/two"};
  intent.source_id = "20261120T000000Z-000";
  intent.source_consumed = true;
  const Intent back = intent_from_json(to_json(intent));
  CHECK(to_json(back) == to_json(intent));
  CHECK(back.catalogue == intent.catalogue);
  CHECK(back.strategy == BackupStrategy::copy);
  CHECK(back.manifest == intent.manifest);
  CHECK(back.also == intent.also);
  CHECK(back.source_consumed);
}

TEST_CASE("what is not an intent needs a person", "[intent]") {
  for (const char* text : {"", "{", "[]", "{\"command\": 5}", "{\"command\": \"deploy\"}"}) {
    INFO(text);
    CHECK_THROWS_AS(intent_from_json(text), Error);
  }
}

}  // namespace
}  // namespace baseline::intent_test
