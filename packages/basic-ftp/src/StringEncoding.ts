/** What `ftp.encoding` may be: an encoding of Node, or any label of the WHATWG Encoding Standard, such as `gbk`. */
export type StringEncoding =
  | "utf8"
  | "ascii"
  | "utf-8"
  | "utf16le"
  | "ucs2"
  | "ucs-2"
  | "base64"
  | "latin1"
  | "binary"
  | "hex"
  | (string & Record<never, never>)
  | undefined;
