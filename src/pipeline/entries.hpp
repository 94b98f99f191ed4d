#pragma once

#include "pipeline/context.hpp"

namespace baseline {

/// Whether a backup is of the database of this command. A catalogue may serve several databases.
/// The one beside a database is its own, though the path may read differently there (in a
/// container, after a move).
bool is_of(const CatalogueEntry& entry, const Context& context);

/// Throws Error{usage} when the catalogue does not exist, and not because there is no backup of
/// this database yet: a mistyped path must not look like backups in the best of order.
void require_catalogue(const Context& context);

/// Throws Error{refused} when the data of the entry went back into place.
void require_data(const CatalogueEntry& entry);

}  // namespace baseline
