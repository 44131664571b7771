/**
 * Reads and writes up to this size are done at once, without the thread pool: the way there and back costs more than
 * the copy from or to the page cache.
 */
export const AT_ONCE = 64 * 1024;
