/* Rust's standard library asks ProcessPrng of bcryptprimitives.dll for its random bytes. Windows has that DLL, but
 * Debian 12's Wine has not, so scripts/wine-run puts this one in its place. It passes the call on to SystemFunction036
 * (RtlGenRandom) of advapi32, which Wine has. Nothing of it is part of what we ship. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    while (length > 0) {
        ULONG part = length > MAXLONG ? MAXLONG : (ULONG)length; /* A SIZE_T does not fit into the ULONG. */
        if (!SystemFunction036(buffer, part))
            return FALSE;
        buffer += part;
        length -= part;
    }
    return TRUE;
}
