/**
 * Ports that boxes on the way take for another protocol (and rewrite, or watch) or that firewalls block by their name, and
 * whose they are. FluentFTP #712: transfers failed whenever the passive port was 5060.
 */
export const famousPorts: ReadonlyMap<number, string> = new Map([
  [111, "portmap"],
  [135, "RPC"],
  [139, "NetBIOS"],
  [445, "SMB"],
  [554, "RTSP"],
  [1433, "SQL Server"],
  [1521, "Oracle"],
  [1720, "H.323"],
  [1723, "PPTP"],
  [2000, "SCCP"],
  [2049, "NFS"],
  [3128, "Squid"],
  [3306, "MySQL"],
  [3389, "RDP"],
  [5060, "SIP"],
  [5061, "SIP"],
  [5432, "PostgreSQL"],
  [5900, "VNC"],
  [6000, "X11"],
  [6379, "Redis"],
  [6667, "IRC"],
  [8080, "HTTP"],
  [8443, "HTTPS"],
  [9200, "Elasticsearch"],
  [11_211, "memcached"],
  [25_565, "Minecraft"],
  [27_017, "MongoDB"],
  [31_337, "Back Orifice"],
]);
