#include "store/sqlite/schema/schema_cache.hpp"

namespace baseline::sqlite {

bool SchemaCache::may_leave_rows() { return !is_known() || now().may_say_fail(); }

SchemaReading& SchemaCache::now() {
  if (!is_known()) {
    changed_ = SchemaReading::of(database_);
    return *changed_;
  }
  if (!at_start_) at_start_ = SchemaReading::of(database_);
  return *at_start_;
}

}  // namespace baseline::sqlite
