namespace ArcLearn.Core.Runtime;

/// <summary>
/// Lets libLibTorchSharp.so load where libstdc++ is older than the one it was linked with (Debian 12, Ubuntu 22.04, RHEL 9).
/// It asks for two symbol versions that it does not need:
/// GLIBCXX_3.4.32 is there for <c>std::ios_base_library_init</c> alone, which nothing calls (no relocation names it);
/// GLIBCXX_3.4.30 for <c>condition_variable::wait</c> alone, which every libstdc++ also has as GLIBCXX_3.4.11.
/// A version need that is flagged weak may be absent. Where libstdc++ is new, nothing changes.
/// </summary>
public static class ElfSymbolVersions
{
    private const string InitSymbol = "_ZSt21ios_base_library_initv";
    private const string InitVersion = "GLIBCXX_3.4.32";
    private const string WaitSymbol = "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE";
    private const string WaitVersion = "GLIBCXX_3.4.30";
    private const string OldWaitVersion = "GLIBCXX_3.4.11";

    private const ushort Weak = 2;             // VER_FLG_WEAK
    private const ushort HiddenBit = 0x8000;   // of an entry in .gnu.version
    private const int SymbolSize = 24;
    private const int RelocationSize = 24;

    /// <summary>
    /// Changes the file where its needs are those above. The change is made on a copy that then takes the file's name:
    /// a file of a package cache that is linked here stays as it is. Any number of calls gives the same file.
    /// </summary>
    /// <param name="path">A shared library.</param>
    /// <returns>Whether the file was changed: false when it is no 64-bit ELF file or needs no change.</returns>
    /// <exception cref="IOException">The file cannot be read or replaced.</exception>
    /// <exception cref="InvalidDataException">An ELF file whose tables lead outside it.</exception>
    public static bool Weaken(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = File.ReadAllBytes(path);
        if (!ElfImage.IsElf64(bytes) || !Weaken(ElfImage.Parse(bytes)))
        {
            return false;
        }

        string full = Path.GetFullPath(path);
        string copy = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.partial");
        try
        {
            File.WriteAllBytes(copy, bytes);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(copy, File.GetUnixFileMode(full) | UnixFileMode.UserWrite);
            }

            File.Move(copy, full, overwrite: true);
        }
        finally
        {
            File.Delete(copy);
        }

        return true;
    }

    private static bool Weaken(ElfImage image)
    {
        if (image.Find(ElfImage.VersionNeeds) is not { } needs
            || image.Find(ElfImage.VersionIndices) is not { } indices
            || image.Find(ElfImage.DynamicSymbols) is not { } symbols)
        {
            return false;
        }

        Dictionary<string, Need> byName = ReadNeeds(image, needs);
        bool changed = false;
        if (byName.TryGetValue(InitVersion, out Need init)
            && SymbolsOf(image, symbols, indices, init.Index) is [{ Name: InitSymbol } symbol]
            && !IsRelocated(image, symbol.Index))
        {
            changed |= Flag(image, init);
        }

        if (byName.TryGetValue(WaitVersion, out Need wait) && byName.TryGetValue(OldWaitVersion, out Need old))
        {
            List<Symbol> users = SymbolsOf(image, symbols, indices, wait.Index);
            if (users is [{ Name: WaitSymbol } user])
            {
                image.SetU16(indices.Offset + (2L * user.Index), old.Index);
                changed = true;
                users.Clear();
            }

            if (users.Count == 0)
            {
                changed |= Flag(image, wait);
            }
        }

        return changed;
    }

    /// <summary>The versions asked of libstdc++, by name (Elfxx_Verneed and Elfxx_Vernaux, which are chained by distances).</summary>
    private static Dictionary<string, Need> ReadNeeds(ElfImage image, ElfImage.Section section)
    {
        Dictionary<string, Need> result = new(StringComparer.Ordinal);
        ElfImage.Section strings = image.Linked(section);
        long library = section.Offset;
        for (int guard = 0; guard < section.Size / 16; guard++)
        {
            int count = image.U16(library + 2);
            long entry = library + image.U32(library + 8);
            bool standardLibrary = image.Text(strings, image.U32(library + 4)).StartsWith("libstdc++.so", StringComparison.Ordinal);
            for (int i = 0; i < count && standardLibrary; i++)
            {
                Need need = new(entry + 4, (ushort)(image.U16(entry + 6) & ~HiddenBit));
                result[image.Text(strings, image.U32(entry + 8))] = need;
                entry += image.U32(entry + 12);
            }

            uint next = image.U32(library + 12);
            if (next == 0)
            {
                break;
            }

            library += next;
        }

        return result;
    }

    private static List<Symbol> SymbolsOf(ElfImage image, ElfImage.Section symbols, ElfImage.Section indices, ushort version)
    {
        List<Symbol> result = [];
        ElfImage.Section strings = image.Linked(symbols);
        for (int i = 0; i < Math.Min(indices.Size / 2, symbols.Size / SymbolSize); i++)
        {
            if ((image.U16(indices.Offset + (2L * i)) & ~HiddenBit) == version)
            {
                result.Add(new Symbol(i, image.Text(strings, image.U32(symbols.Offset + ((long)i * SymbolSize)))));
            }
        }

        return result;
    }

    private static bool IsRelocated(ElfImage image, int symbol)
    {
        foreach (ElfImage.Section section in image.Sections)
        {
            for (long at = 0; section.Type == ElfImage.Rela && at + RelocationSize <= section.Size; at += RelocationSize)
            {
                if (image.U32(section.Offset + at + 12) == symbol)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Flag(ElfImage image, Need need)
    {
        ushort flags = image.U16(need.FlagsAt);
        image.SetU16(need.FlagsAt, (ushort)(flags | Weak));
        return (flags & Weak) == 0;
    }

    private readonly record struct Need(long FlagsAt, ushort Index);

    private readonly record struct Symbol(int Index, string Name);
}
