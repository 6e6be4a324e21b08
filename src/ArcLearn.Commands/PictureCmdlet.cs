using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.IO;

namespace ArcLearn.Commands;

/// <summary>A cmdlet that draws one picture.</summary>
public abstract class PictureCmdlet : LearnCmdlet
{
    /// <summary>The PNG file; left out: a name after what is shown, in the current location.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Opens the picture in the program that the system shows PNG files with.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    /// <summary>Replaces a picture that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Draws unless the user declines.</summary>
    /// <param name="usual">The file's name where none is given.</param>
    /// <param name="action">What is done, for -WhatIf.</param>
    /// <param name="draw">Draws to a path; gives what is written.</param>
    protected void Draw(string usual, string action, Func<string, object> draw)
    {
        string picture = ResolveOutput(Path ?? usual);
        Attempt(picture, () =>
        {
            // Before the work, and told by -WhatIf too.
            PictureFile.CheckOutput(picture, LocalFileSystem.Instance, Force);
            if (ShouldProcess(picture, action))
            {
                WriteObject(draw(picture));
                Show(picture);
            }
        });
    }

    private void Show(string picture)
    {
        if (!Open)
        {
            return;
        }

        try
        {
            using Process? viewer = Process.Start(new ProcessStartInfo(picture) { UseShellExecute = true });
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            WriteWarning($"{picture} was drawn, but no program was found to open it with: {e.Message}");
        }
    }
}
