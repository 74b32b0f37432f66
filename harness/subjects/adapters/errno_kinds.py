"""What the system's own codes mean, for adapters in Python."""

import errno

ERRNO_KINDS = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "disk-full",
    errno.EFBIG: "disk-full",
    errno.EACCES: "access-denied",
    errno.EPERM: "access-denied",
    errno.EROFS: "access-denied",
    errno.EIO: "disk-io",
}
