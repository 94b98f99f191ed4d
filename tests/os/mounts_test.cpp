#include "os/mounts.hpp"

#include <fcntl.h>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline {
namespace {

// A container with a volume, a file that is bind-mounted into its own layer, and a tmpfs.
constexpr const char* kContainer =
    "600 500 0:50 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a\\040b:/c,upperdir=/u\n"
    "601 600 0:55 / /proc rw,nosuid - proc proc rw\n"
    "610 600 8:1 /srv/app.db /app/app.db rw,relatime - ext4 /dev/sda1 rw\n"
    "611 600 8:1 /srv/data /data rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw\n"
    "612 600 0:60 / /run rw - tmpfs tmpfs rw\n"
    "613 600 0:61 / /old rw - ext3 \n"
    "614 600 broken\n";

Mount mount_in_container(std::uint64_t id) {
  const auto mount = find_mount(kContainer, id);
  REQUIRE(mount);
  return *mount;
}

TEST_CASE("a mount is found by its id", "[mounts]") {
  const Mount root = mount_in_container(600);
  CHECK(root.device == "0:50");
  CHECK(root.filesystem == "overlay");
  CHECK(mount_in_container(611).filesystem == "ext4");
  CHECK(mount_in_container(613).filesystem == "ext3");
  CHECK_FALSE(find_mount(kContainer, 614));
  CHECK_FALSE(find_mount(kContainer, 60));
  CHECK_FALSE(find_mount("", 1));
}

TEST_CASE("a container's own files go with it, what is mounted into it stays", "[mounts]") {
  const Mount layer = mount_in_container(600);
  const Mount file = mount_in_container(610);
  const Mount volume = mount_in_container(611);
  const Mount memory = mount_in_container(612);
  CHECK(outlives(file, layer));
  CHECK(outlives(volume, layer));
  CHECK(outlives(file, memory));
  CHECK_FALSE(outlives(file, volume));
  CHECK_FALSE(outlives(layer, layer));
  CHECK_FALSE(outlives(layer, volume));
  // A file of the layer, mounted over another name in it.
  CHECK_FALSE(outlives({1, layer.device, layer.filesystem}, layer));
  for (const char* const filesystem : {"aufs", "fuse.fuse-overlayfs", "ramfs"}) {
    CHECK(outlives(file, {2, "0:99", filesystem}));
  }
  for (const char* const filesystem : {"xfs", "btrfs", "zfs", "nfs4"}) {
    CHECK_FALSE(outlives(file, {2, "0:99", filesystem}));
  }
}

TEST_CASE("the mount of a directory here has a filesystem", "[mounts]") {
  const TempDir dir;
  const auto mount = mount_of(mount_id(AT_FDCWD, dir.path().c_str()));
  REQUIRE(mount);
  CHECK_FALSE(mount->filesystem.empty());
}

}  // namespace
}  // namespace baseline
